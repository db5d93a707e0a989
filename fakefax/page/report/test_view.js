/** The first view of a report: which test has failed, why, and how its run is repeated. */

import { Card, Chip, Code, Facts, html } from '../static/dom.js';
import { counted, fullTime } from '../static/format.js';
import { Link } from '../static/router.js';

const file = () => decodeURIComponent(location.pathname.split('/').at(-1) ?? '') || 'REPORT.html';

/** @param {{bundle: import('./source.js').Bundle}} props */
export function TestView({ bundle }) {
  const { test, outcome, start, version, inputs, scenario } = bundle;
  const { verdict, faxes, journal, clock } = outcome;
  const requests = inputs.filter((input) => input.request).length;
  const answers = inputs.filter((input) => input.answer).length;
  const name = test?.id ?? 'A recorded run';
  return html`<section class="panel" aria-label="Test">
    <h1 class="break">${name}</h1>
    ${test?.failure && html`<${Card} title="Why it has failed"><div class="code"><pre tabindex="0" aria-label="failure">${test.failure}</pre></div><//>`}
    <${Card} title="What Fax.to would mind">
      ${verdict.findings.length ? html`<ul class="plain">${verdict.findings.map((/** @type {any} */ finding) => html`<li><${Chip} kind="bad">${finding.part.replaceAll('_', ' ')}<//> ${finding.message} ${finding.fax_job_id !== null && html`<${Link} to=${`faxes/${finding.fax_job_id}`}>→<//>`}</li>`)}</ul>` : html`<p><${Chip} kind="ok">Nothing.<//></p>`}
    <//>
    <${Card} title="Run it again">
      <${Code} label="replay" text=${`fakefax replay ${file()}`} />
      <p class="dim">The same again, to the byte. With <code>--callback-url URL</code> your program answers the receipts; with <code>--serve --until ENTRY</code> you go on by hand.</p>
      ${test?.again && html`<${Code} label="again" text=${test.again} /><p class="dim">The program itself, under this fault alone.</p>`}
    <//>
    <${Card} title="The run">
      <${Facts} pairs=${[
        ['simulated time', html`<span class="m">${fullTime(start)} – ${fullTime(clock.now)}</span>`],
        [
          'went in',
          `${counted(requests, 'request')} of the program, ${counted(answers, 'answer')} of its endpoint`,
        ],
        [
          'came out',
          `${counted(faxes.length, 'fax', 'faxes')}, ${counted(journal.length, 'journal entry', 'journal entries')}`,
        ],
        ['scenario', scenario.description || 'without a description'],
        ['seed', String(scenario.seed ?? 0)],
        ['fakefax', version],
      ]} />
    <//>
  </section>`;
}
