/** The ledger, the proof of the books, and what went wrong with money: paid twice, charged but not told. */

import { Card, Chip, Facts, Trouble, html, useState } from './dom.js';
import { counted, fullTime, money, outcome } from './format.js';
import { act, live } from './live.js';
import { say } from './notices.js';
import { useQuery } from './queries.js';
import { Link } from './router.js';

const SHOWN = 200;

export function Money() {
  const [limit, setLimit] = useState(SHOWN);
  const { data: ledger, error } = useQuery('/ledger', { limit }, { tags: ['money'] });
  const { data: audit } = useQuery('/audit', {}, { tags: ['money'], patient: true });
  const { data: faults } = useQuery(
    '/journal',
    { kind: 'fault.request', limit: 500 },
    { tags: ['requests'], patient: true },
  );
  const untold = (faults?.entries ?? []).filter(
    (/** @type {any} */ { detail, fax_job_id }) => detail.committed && detail.status !== 200 && fax_job_id !== null,
  );
  const entries = [...(ledger?.entries ?? [])].reverse();
  return html`<section class="panel" aria-label="Money">
    <h1>Money</h1>
    <${Trouble} error=${error} />
    <div class="cards">
      ${
        ledger &&
        html`<${Card} title="Balance">
          <p class="huge">${money(ledger.balance)}</p>
          <${Facts} pairs=${[
            ['opening', money(ledger.opening)],
            ['entries', String(audit?.entries ?? entries.length)],
          ]} />
          ${live.source.live && html`<${TopUp} balance=${ledger.balance} />`}
        <//>`
      }
      ${audit && html`<${Audit} audit=${audit} />`}
    </div>
    ${audit?.double_charges.map((/** @type {any} */ double) => html`<${Double} key=${double.fax_job_ids.join()} double=${double} />`)}
    ${untold.length > 0 && html`<${Untold} entries=${untold} />`}
    <${Card} title="Ledger">
      <div class="scroll">
        <table>
          <thead>
            <tr><th scope="col">when</th><th scope="col">reason</th><th scope="col">fax</th><th scope="col" class="num">amount</th><th scope="col" class="num">balance</th></tr>
          </thead>
          <tbody>
            ${entries.map(
              (entry) => html`<tr>
              <td class="m">${fullTime(entry.at)}</td>
              <td>${entry.reason.replace('_', ' ')}</td>
              <td class="m">${entry.fax_job_id !== null && html`<${Link} to=${`faxes/${entry.fax_job_id}`}>${entry.fax_job_id}<//>`}</td>
              <td class=${`num${entry.amount < 0 ? '' : ' ok'}`}>${entry.amount > 0 ? '+' : ''}${money(entry.amount)}</td>
              <td class="num">${money(entry.balance)}</td>
            </tr>`,
            )}
            ${ledger && !entries.length && html`<tr><td colspan="5" class="dim">No movement yet.</td></tr>`}
          </tbody>
        </table>
      </div>
      ${entries.length === limit && html`<button type="button" onClick=${() => setLimit(limit * 5)}>Older ones</button>`}
      ${ledger?.carried_forward?.entries > 0 && html`<p class="dim">${counted(ledger.carried_forward.entries, 'older entry is', 'older entries are')} carried forward.</p>`}
    <//>
  </section>`;
}

/** @param {{audit: any}} props */
function Audit({ audit }) {
  return html`<${Card} title="Audit">
    <p>${audit.ok ? html`<${Chip} kind="ok">the books are right<//>` : html`<${Chip} kind="bad">the books are wrong<//>`}</p>
    <p class="dim">${counted(audit.fax_jobs, 'fax', 'faxes')}, ${counted(audit.entries, 'entry', 'entries')}, ${counted(audit.balances_told, 'balance told', 'balances told')}: each added up again.</p>
    ${audit.problems.map((/** @type {string} */ problem) => html`<p class="bad">${problem}</p>`)}
    ${
      audit.double_charges.length
        ? html`<p><${Chip} kind="bad">${counted(audit.double_charges.length, 'fax', 'faxes')} paid more than once<//></p>`
        : html`<p><${Chip} kind="ok">nothing paid twice<//></p>`
    }
    ${audit.reach && html`<p class="dim">${audit.reach}</p>`}
  <//>`;
}

/** The faxes of a double charge side by side. @param {{double: any}} props */
function Double({ double }) {
  return html`<${Card} class="double" title=${html`Paid twice: document ${double.document_ids.join(', ')} to <span class="m">${double.fax_number}</span>, ${money(double.charged)} in all`}>
    <div class="side">${double.fax_job_ids.slice(0, 6).map((/** @type {number} */ id) => html`<${Side} key=${id} id=${id} />`)}</div>
  <//>`;
}

/** @param {{id: number}} props */
function Side({ id }) {
  const { data: fax } = useQuery(
    `/faxes/${id}`,
    { fields: 'fax_job_id,status,msg_code,fax_number,document_id,filename,pages,cost,accepted_at,receipt,plan' },
    { tags: ['faxes'] },
  );
  if (!fax) return null;
  const [result, kind] = outcome(fax);
  return html`<div class="card">
    <h3><${Link} to=${`faxes/${id}`}>Fax ${id}<//> <${Chip} kind=${kind}>${result}<//></h3>
    <${Facts} pairs=${[
      ['accepted', html`<span class="m">${fullTime(fax.accepted_at)}</span>`],
      ['document', `${fax.document_id} ${fax.filename}`],
      ['pages', String(fax.pages)],
      ['cost', money(fax.cost)],
      ['receipt', (fax.receipt ?? 'under way').replace('_', ' ')],
    ]} />
  </div>`;
}

/** @param {{entries: import('./api.js').Entry[]}} props */
function Untold({ entries }) {
  return html`<${Card} title="Charged, but your program was not told">
    <table>
      <tbody>
        ${entries.map(
          (entry) => html`<tr key=${entry.seq}>
          <td class="m">${fullTime(entry.at)}</td>
          <td class="m"><${Link} to=${`faxes/${entry.fax_job_id}`}>fax ${entry.fax_job_id}<//></td>
          <td>${entry.detail.effect ?? entry.message}</td>
        </tr>`,
        )}
      </tbody>
    </table>
  <//>`;
}

/** @param {{balance: number}} props */
function TopUp({ balance }) {
  const [trouble, setTrouble] = useState(/** @type {any} */ (null));
  /** @param {SubmitEvent} event */
  async function add(event) {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.target);
    const amount = Number(String(new FormData(form).get('amount')).replace(',', '.'));
    try {
      if (!Number.isFinite(amount) || amount === 0) throw new Error('The amount is a number, such as 20 or -5.');
      const account = await act('PATCH', '/account', {
        balance: (Math.round((balance + amount) * 10000) / 10000).toString(),
      });
      say(`The balance is ${money(account.balance)}.`);
      setTrouble(null);
      form.reset();
    } catch (error) {
      setTrouble(error);
    }
  }
  return html`<form class="row" onSubmit=${add}>
    <input name="amount" class="short" inputmode="decimal" aria-label="Amount to top up by" placeholder="20.00" autocomplete="off" />
    <button type="submit">Top up</button>
    <${Trouble} error=${trouble} />
  </form>`;
}
