/** The empty page: how to begin, with a line that works. */

import { Code, html } from './dom.js';
import { useLive } from './live.js';
import { useQuery } from './queries.js';
import { Link } from './router.js';

/** A command that sends a fax through the vendor's API. @param {string} key @param {string} number
 * @param {number | string} document */
export function curlLine(key, number, document) {
  const query = new URLSearchParams({ api_key: key, fax_number: number, document_id: String(document) });
  return `curl '${location.origin}/api/v2/fax?${query}'`;
}

export function Begin() {
  const { data: account } = useQuery('/account', {}, { tags: ['account'] });
  const rate = useLive(({ clock }) => clock?.rate);
  if (!account) return null;
  const document = account.documents[0]?.document_id ?? 10;
  return html`<div class="begin">
    <h1>No fax yet</h1>
    <p>Point your program at this base URL, with this key:</p>
    <${Code} label="base URL" text=${`${location.origin}/api/v2`} />
    <${Code} label="api_key" text=${account.api_key} />
    <p>Or send a first fax from a terminal:</p>
    <${Code} label="curl line" text=${curlLine(account.api_key, '+15005550001', document)} />
    <p>
      The number decides how the fax ends: <span class="m">+15005550001</span> is ok,
      <span class="m"> +15005550002</span> is busy. <${Link} to="next">Next fax…<//> has all the rest.
    </p>
    ${
      !account.callback_url &&
      html`<p>
      There is no callback URL, so receipts will not be delivered. <${Link} to="scenario">Set one<//>, or start with
      <code> --callback-url</code>.
    </p>`
    }
    ${rate === 0 && html`<p>The clock is paused: a fax ends when you advance it, with the buttons above.</p>`}
  </div>`;
}

/** Why receipts are not delivered, when they are not. */
export function WhyNothingCame() {
  const { data: account } = useQuery('/account', {}, { tags: ['account'] });
  const { data } = useQuery(
    '/faxes',
    { fields: 'fax_job_id', q: 'is:not_sent', limit: 1 },
    { tags: ['faxes'], patient: true },
  );
  if (!account || account.callback_url || !data?.total) return null;
  return html`<div class="hint" role="note">
    Receipts go nowhere: this account has no callback URL. <${Link} to="scenario">Set one<//>, then resend.
  </div>`;
}
