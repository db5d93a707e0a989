/** Make the next fax, request or receipt go wrong: a button for each row of the table of faults, and the rules in force. */

import { Card, CopyButton, Trouble, html, useState } from './dom.js';
import { counted } from './format.js';
import { act, live } from './live.js';
import { say } from './notices.js';
import { useQuery } from './queries.js';

/** @typedef {{name: string, section: string, description: string, number: string, when: any, then: any}} Fault */

/** @type {[string, string, string][]} */
const GROUPS = [
  ['faxes', 'How the next fax ends', 'fax'],
  ['requests', 'What goes wrong with the next request', 'request'],
  ['callbacks', 'What goes wrong with the next receipt', 'attempt'],
];

export function NextFax() {
  const { data: table, error } = useQuery('/faults', {}, { tags: ['faults'] });
  const { data: rules } = useQuery('/rules', {}, { tags: ['rules'] });
  const [to, setTo] = useState('');
  const [times, setTimes] = useState('1');
  /** @type {Fault[]} */
  const faults = table?.faults ?? [];
  return html`<section class="panel" aria-label="Next fax">
    <h1>Next fax…</h1>
    <div class="row fields">
      <label>only to <input value=${to} onInput=${(/** @type {any} */ event) => setTo(event.target.value)} placeholder="any number, or +44*" autocomplete="off" /></label>
      <label>how often
        <select value=${times} onChange=${(/** @type {any} */ event) => setTimes(event.target.value)}>
          <option value="1">once</option><option value="2">twice</option><option value="3">3 times</option><option value="">until taken away</option>
        </select>
      </label>
    </div>
    <${Trouble} error=${error} />
    <${Active} rules=${rules} />
    ${GROUPS.map(
      ([section, title]) => html`<${Group} key=${section} title=${title} to=${to} times=${times}
      faults=${faults.filter((fault) => fault.section === section)} />`,
    )}
  </section>`;
}

/** @param {{title: string, faults: Fault[], to: string, times: string}} props */
function Group({ title, faults, to, times }) {
  if (!faults.length) return null;
  return html`<${Card} title=${title}>
    <ul class="faults">
      ${faults.map(
        (fault) => html`<li key=${fault.name}>
        <button type="button" class="fault" title=${JSON.stringify({ when: fault.when, then: fault.then })} onClick=${() => void put(fault, to, times)}>
          <${Words} text=${fault.description} />
        </button>
        <${CopyButton} text=${fault.number} class="link m" label=${`Copy the number ${fault.number}, which always does this`}>${fault.number}<//>
      </li>`,
      )}
    </ul>
  <//>`;
}

/** A sentence of the table, whose code is in backticks. @param {{text: string}} props */
function Words({ text }) {
  return html`<span>${text.split('`').map((part, index) => (index % 2 ? html`<b class="m">${part}</b>` : part))}</span>`;
}

/** Put a rule in front. @param {Fault} fault @param {string} to @param {string} times */
async function put(fault, to, times) {
  const { section, description, then } = fault;
  const when = { ...fault.when, ...(to.trim() ? { fax_number: to.trim() } : {}) };
  const counts = Array.isArray(then) || then.rate_limit; // such a rule counts by itself
  const rule = { when, then, ...(times && !counts ? { times: Number(times) } : {}) };
  try {
    const made = await act('POST', `/rules/${section}`, rule);
    const run = () => void takeAway(section, made.id);
    say(`In force: ${description.replace(/`/g, '')}.`, { action: { label: 'Take it away', run } });
  } catch (error) {
    const { problems, message } = /** @type {any} */ (error);
    say(problems?.join('; ') || message, { bad: true });
  }
  live.queries.invalidate(['rules']);
}

/** @param {string} section @param {string} [id] all, if it is left out */
async function takeAway(section, id) {
  try {
    await act('DELETE', `/rules/${section}${id === undefined ? '' : `?id=${encodeURIComponent(id)}`}`);
  } catch (error) {
    say(/** @type {Error} */ (error).message, { bad: true });
  }
  live.queries.invalidate(['rules']);
}

/** The rules that were put in front, with what is left of them. @param {{rules: any}} props */
function Active({ rules }) {
  const active = GROUPS.flatMap(([section, , unit]) =>
    (rules?.[section] ?? [])
      .filter((/** @type {any} */ rule) => rule.at_run_time)
      .map((/** @type {any} */ rule) => ({ ...rule, section, unit })),
  );
  if (!active.length) return html`<p class="dim">No rule is in front of the scenario now.</p>`;
  return html`<${Card} title="In force now">
    <ul class="plain active">
      ${active.map(
        (rule) => html`<li key=${rule.section + rule.id} class=${rule.left === 0 ? 'dim' : ''}>
        <span class="grow"><span class="m break">${inWords(rule.written)}</span> <span class="dim">${rule.rule}</span></span>
        <span class="dim">${left(rule)}</span>
        <button type="button" aria-label=${`Take away ${rule.rule}`} onClick=${() => void takeAway(rule.section, rule.id)}>Take away</button>
      </li>`,
      )}
    </ul>
    ${active.length > 1 && html`<button type="button" onClick=${() => GROUPS.forEach(([section]) => void takeAway(section))}>Take all away</button>`}
  <//>`;
}

/** A rule as a scenario has it, on one line. @param {any} written */
function inWords({ when, then }) {
  const text = (/** @type {unknown} */ value) =>
    JSON.stringify(value)
      .replace(/"([\w+*]+)"/g, '$1')
      .replace(/([:,])/g, '$1 ');
  return `${when && Object.keys(when).length ? `when ${text(when)} ` : ''}then ${text(then)}`;
}

/** @param {any} rule */
function left({ left, used, unit }) {
  if (left === 0) return 'used up';
  return left === null || left === undefined ? `used ${counted(used, 'time')}` : `for ${counted(left, unit)} more`;
}
