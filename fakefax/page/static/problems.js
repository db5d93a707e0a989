/** The verdict as a to-do list: what the program did that Fax.to would mind, and what to do about it. */

import { Chip, Trouble, html } from './dom.js';
import { resendReceipt } from './fax.js';
import { live } from './live.js';
import { useQuery } from './queries.js';
import { Link } from './router.js';

/** @type {Record<string, [string, string]>} */
const CURES = {
  unacknowledged: ['Not acknowledged', 'Let the endpoint answer 200, then resend the receipt.'],
  not_200: ['Not 200', 'Answer 200 exactly; Fax.to takes nothing else.'],
  malformed: ['Malformed request', 'Mend the request; the journal has its parameters.'],
  audit: ['Wrong books', 'fakefax itself is wrong here; please report it.'],
  double_charge: [
    'Paid twice',
    'Look at the history before sending again: the first reply may be lost, and the fax charged.',
  ],
};

export function Problems() {
  const { data, error } = useQuery('/verdict', {}, { tags: ['verdict'], patient: true });
  const { data: refused } = useQuery(
    '/journal',
    { kind: 'control.refused', limit: 20 },
    { tags: ['requests'], patient: true },
  );
  const findings = data?.findings ?? [];
  return html`<section class="panel" aria-label="Problems">
    <h1>Problems</h1>
    <p class="dim">What your program did that Fax.to would mind. With the pytest fixture each of them fails the test.</p>
    <${Trouble} error=${error} />
    ${data && !findings.length && html`<p><${Chip} kind="ok">Nothing to mend.<//></p>`}
    <ol class="todo">
      ${findings.slice(0, 200).map((/** @type {import('./api.js').Finding} */ finding) => html`<${Todo} finding=${finding} />`)}
    </ol>
    ${findings.length > 200 && html`<p class="dim">and ${findings.length - 200} more</p>`}
    ${data?.reach && html`<p class="dim">${data.reach}</p>`}
    ${
      refused?.entries.length > 0 &&
      html`<h2>Refused by the control API</h2>
      <ul class="plain">${[...refused.entries].reverse().map((/** @type {any} */ entry) => html`<li key=${entry.seq}><span class="m dim">${entry.seq}</span> ${entry.message}</li>`)}</ul>`
    }
  </section>`;
}

/** @param {{finding: import('./api.js').Finding}} props */
function Todo({ finding }) {
  const [title, cure] = CURES[finding.part] ?? [finding.part, ''];
  const id = finding.fax_job_id;
  return html`<li class="card">
    <h2><${Chip} kind="bad">${title}<//></h2>
    <p>${finding.message}</p>
    <p class="dim">${cure}</p>
    <div class="acts">
      ${id !== null && html`<${Link} to=${`faxes/${id}`} class="button">Open fax ${id}<//>`}
      ${
        id !== null &&
        live.source.live &&
        finding.part !== 'double_charge' &&
        html`<button type="button" onClick=${() => void resendReceipt(id)}>Resend</button>`
      }
      ${finding.part === 'double_charge' && html`<${Link} to="money" class="button">Side by side<//>`}
      ${finding.part === 'malformed' && html`<${Link} to="journal" query=${{ kind: 'request.refused' }} class="button">In the journal<//>`}
    </div>
  </li>`;
}
