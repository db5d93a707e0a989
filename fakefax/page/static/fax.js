/** One fax: what was sent, why it ended so, what it cost, and every attempt at its receipt. */

import { AttemptTable, OneAttempt, Pairs } from './attempts.js';
import { curlLine } from './begin.js';
import { advance } from './clock_bar.js';
import { Card, Chip, CopyButton, Facts, Trouble, html, useEffect, useRef, useState } from './dom.js';
import { fullTime, money, outcome, parseSpan, shortTime, span } from './format.js';
import { useKeys } from './keys.js';
import { act, live, useLive, useNow } from './live.js';
import { say } from './notices.js';
import { Pages } from './pages.js';
import { useQuery } from './queries.js';
import { receiptState } from './receipt_state.js';
import { Link, adjust, changed } from './router.js';
import { Timeline } from './timeline.js';

/** @typedef {import('./api.js').Fax} Fax */
/** @typedef {import('./api.js').Entry} Entry */

/** @param {{route: import('./router.js').Route}} props */
export function FaxDetail({ route }) {
  const id = /** @type {string} */ (route.id);
  const asOf = route.query.get('as_of');
  const path = `/faxes/${encodeURIComponent(id)}`;
  const fields = { fields: FIELDS, attempts: 'plain' };
  const { data: fax, error } = useQuery(path, fields, { tags: ['faxes'] });
  const then = useQuery(asOf ? path : null, { ...fields, as_of: asOf }, { tags: [] });
  const heading = useRef(/** @type {HTMLElement | null} */ (null));
  const resend = () => void resendReceipt(Number(id));
  useKeys(live.source.live ? { r: resend } : {});
  useEffect(() => {
    if (document.activeElement === document.body) heading.current?.focus();
  }, [id]);
  if (error && !(error.status === 0 && fax)) return html`<div class="detail"><${Trouble} error=${error} /></div>`;
  if (!fax || String(fax.fax_job_id) !== id) return html`<div class="detail" aria-busy="true"></div>`;
  const shown = asOf ? (then.data ?? fax) : fax;
  const [result, kind] = outcome(shown);
  return html`<article class="detail" aria-labelledby="fax-title">
    <h1 id="fax-title" tabindex="-1" ref=${heading}>
      <${Link} to="faxes" query=${changed({ attempt: null })} class="back" aria-label="Back to the list">←<//>
      Fax ${id} <span class="m dim break">${fax.fax_number}</span> <${Chip} kind=${kind}>${result}<//>
    </h1>
    ${live.source.live && html`<${Actions} fax=${fax} onResend=${resend} />`}
    <div class="cards">
      <${Pages} title=${`${fax.filename} · ${fax.pages === 1 ? '1 page' : `${fax.pages} pages`}`} path=${path} count=${fax.pages} />
      <${Story} fax=${fax} shown=${shown} />
    </div>
    <${Receipt} fax=${fax} shown=${shown} asOf=${asOf} trouble=${then.error} route=${route} />
  </article>`;
}

const FIELDS =
  'fax_job_id,status,msg_code,fax_number,document_id,filename,pages,cost,accepted_at,finished_at,receipt,' +
  'tsi_number,delete_file,plan,attempts,seq,attempt_count,next_due';

/** Post the receipt of a fax once more. @param {number} id */
export async function resendReceipt(id) {
  try {
    await act('POST', `/faxes/${id}/resend`);
    say(`The receipt of fax ${id} is posted once more.`);
  } catch (error) {
    say(/** @type {Error} */ (error).message, { bad: true });
  }
}

/** @param {{fax: Fax, onResend: () => void}} props */
function Actions({ fax, onResend }) {
  const { plan } = fax;
  const key = useLive(({ source, keys }) => source.key ?? keys[0] ?? '');
  const rule = { then: { msg_code: plan.msg_code, after: plan.after }, times: 1 };
  const again = async () => {
    try {
      const made = await act('POST', '/rules/faxes', rule);
      const undo = () => void act('DELETE', `/rules/faxes?id=${encodeURIComponent(made.id)}`);
      const action = { label: 'Take it away', run: undo };
      say(`The next fax ends ${plan.msg_code} after ${plan.after}.`, { action });
    } catch (error) {
      say(/** @type {Error} */ (error).message, { bad: true });
    }
  };
  const yaml = `faxes:\n  - when: {fax_number: "${fax.fax_number}"}\n    then: {msg_code: ${plan.msg_code}, after: ${plan.after}}\n`;
  const python = `fakefax.given(fax_number="${fax.fax_number}").${plan.msg_code}()`;
  return html`<div class="acts">
    <button type="button" onClick=${onResend} aria-keyshortcuts="r">Resend <kbd aria-hidden="true">r</kbd></button>
    <button type="button" onClick=${again}>Make the next one like this</button>
    <span class="copies" role="group" aria-label="Copy as">
      <span class="dim" aria-hidden="true">copy as</span>
      <${CopyButton} text=${curlLine(key, fax.fax_number, fax.document_id)} label="Copy as curl">curl<//>
      <${CopyButton} text=${yaml} label="Copy as scenario rule">rule<//>
      <${CopyButton} text=${python} label="Copy as pytest line">pytest<//>
    </span>
  </div>`;
}

/** Why it ended so, the request as it came, and its money, all from the journal. @param {{fax: Fax, shown: Fax}} props */
function Story({ fax, shown }) {
  const about = { fax_job_id: fax.fax_job_id };
  const tags = { tags: ['faxes'], patient: true };
  const faxes = useQuery('/journal', { ...about, kind: 'fax' }, tags);
  const requests = useQuery('/journal', { ...about, kind: 'request', limit: 20 }, tags);
  const faults = useQuery('/journal', { ...about, kind: 'fault', limit: 20 }, tags);
  const of = (/** @type {any} */ { data }) =>
    /** @type {Entry[]} */ (data?.entries ?? []).filter((entry) => entry.fax_job_id === fax.fax_job_id);
  const accepted = of(faxes).find((entry) => entry.kind === 'fax.accepted');
  const finished = of(faxes).find((entry) => entry.kind === 'fax.finished');
  const request = [...of(requests), ...of(faults)].filter((entry) => entry.detail.operation === 'send_fax').at(-1);
  const evicted = faxes.error?.status === 410 ? faxes.error.message : '';
  return html`<${Why} fax=${fax} shown=${shown} misses=${accepted?.detail.misses ?? []} faults=${of(faults)} />
    <${Money} fax=${fax} accepted=${accepted} finished=${finished} request=${request} />
    <${Card} title="The request as it came" class="request">
      ${
        request
          ? html`<p class="m">${request.detail.method} ${request.detail.operation} → ${request.detail.status ?? 'no answer'}</p>
            ${request.detail.parameters && html`<${Pairs} pairs=${Object.entries(request.detail.parameters).map(([name, value]) => [name, inJson(value)])} />`}`
          : html`<p class="dim">${evicted || 'The journal does not have it.'}</p>`
      }
    <//>`;
}

/** @param {unknown} value */
const inJson = (value) => (typeof value === 'string' ? value : JSON.stringify(value));

/** @param {{fax: Fax, shown: Fax, misses: string[], faults: Entry[]}} props */
function Why({ fax, shown, misses, faults }) {
  const [result] = outcome(shown);
  return html`<${Card} title=${`Why ${result}`} class="why">
    <ol class="reasons" tabindex="0" aria-label="Rules">
      <li class="decided"><span class="hidden">decided: </span>${fax.plan.rule}</li>
      ${misses.map((miss) => {
        const [rule, reason] = split(miss);
        return html`<li class="missed"><span class="hidden">missed: </span>${rule}<span class="m dim">${reason}</span></li>`;
      })}
      ${faults.map((fault) => html`<li class="fault"><span class="hidden">fault: </span>${fault.message}</li>`)}
    </ol>
  <//>`;
}

/** A miss in two: the rule, and why it missed. @param {string} miss @returns {[string, string]} */
function split(miss) {
  const at = miss.indexOf(' missed on ');
  return at === -1 ? [miss, ''] : [miss.slice(0, at), miss.slice(at + ' missed on '.length)];
}

/** @param {{fax: Fax, accepted?: Entry, finished?: Entry, request?: Entry}} props */
function Money({ fax, accepted, finished, request }) {
  const told = request?.detail.status === 200;
  const lost = request?.detail.committed && !told;
  const after = Number(accepted?.detail.balance);
  /** @type {[string, import('./dom.js').Children][]} */
  const pairs = [
    ['cost', money(fax.cost)],
    ['charged', html`<span class="m">${shortTime(fax.accepted_at, fax.accepted_at)}</span>`],
  ];
  if (accepted)
    pairs.unshift(['balance', html`<span class="m">${money(after + fax.cost)} → ${money(after)}</span>`]);
  if (told) pairs.push(['told', money(after)]);
  if (lost) pairs.push(['told', html`<span class="bad">charged, but your program was not told</span>`]);
  if (finished?.detail.balance !== undefined) pairs.push(['in the receipt', money(finished.detail.balance)]);
  return html`<${Card} title="Money"><${Facts} pairs=${pairs} /><//>`;
}

/** @param {{fax: Fax, shown: Fax, asOf: string | null, trouble: any, route: import('./router.js').Route}} props */
function Receipt({ fax, shown, asOf, trouble, route }) {
  const { data: scenario } = useQuery('/scenario', {}, { tags: ['scenario'] });
  const now = useNow();
  const chosen = Number(route.query.get('attempt')) || null;
  const every = parseSpan(scenario?.receipts?.retry_every ?? '15m') || 900000;
  const schedule = { every, longest: parseSpan(scenario?.receipts?.expires_after ?? '48h') || 172800000 };
  const [timer] = useState({ id: 0 });
  /** @param {string | null} at */
  const onMoment = (at) => {
    clearTimeout(timer.id);
    timer.id = window.setTimeout(() => adjust({ as_of: at }), 60);
  };
  const onAttempt = (/** @type {number | null} */ attempt) => adjust({ attempt });
  const onAdvance = (/** @type {number} */ to, /** @type {string} */ name) =>
    void advance(name, { to: new Date(to).toISOString() });
  if (now === null) return null;
  const then = asOf ? Date.parse(asOf) : now;
  const [kind, text] = receiptState(shown, then);
  const open = shown.attempts.find(({ attempt }) => attempt === chosen);
  return html`<${Card}
      label="Receipt"
      title=${html`Receipt · every ${span(schedule.every)} until 200 OK, at most ${span(schedule.longest)} <${Chip} kind=${kind}>${text}<//>`}
    >
      <${Trouble} error=${trouble} />
      <${Timeline}
        fax=${fax}
        now=${now}
        asOf=${asOf ? Date.parse(asOf) : null}
        attempt=${chosen}
        schedule=${schedule}
        onMoment=${live.source.live ? onMoment : null}
        onAttempt=${onAttempt}
        onAdvance=${live.source.live ? onAdvance : null}
      />
      ${asOf && html`<p class="dim">The status answer ${fullTime(asOf)}: ${shown.status}${shown.msg_code ? `, ${shown.msg_code}` : ''}.</p>`}
      ${shown.receipt === 'not_sent' && html`<p class="bad">Not sent: there was no callback URL. <${Link} to="scenario">Set one<//>, then resend.</p>`}
    <//>
    ${
      shown.attempts.length > 0 &&
      html`<${Card} title="Attempts"><${AttemptTable} attempts=${shown.attempts} chosen=${chosen} onChoose=${onAttempt} /><//>`
    }
    ${open && html`<${OneAttempt} path=${`/faxes/${fax.fax_job_id}`} attempt=${open} />`}`;
}
