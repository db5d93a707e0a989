/** The attempts at a callback in a table with equal neighbours folded, and one of them with what went and came. */

import { Card, Facts, html, useState } from './dom.js';
import { shortTime } from './format.js';
import { useQuery } from './queries.js';

/** @typedef {import('./api.js').Attempt} Attempt */

/** Equal neighbours as one. @param {Attempt[]} attempts @returns {Attempt[][]} */
export function folded(attempts) {
  /** @type {Attempt[][]} */
  const runs = [];
  for (const each of attempts) {
    const last = runs[runs.length - 1]?.[0];
    const same =
      last && last.failure === each.failure && last.url === each.url && last.status_code === each.status_code;
    if (same) runs[runs.length - 1].push(each);
    else runs.push([each]);
  }
  return runs;
}

/** @param {{attempts: Attempt[], chosen: number | null, onChoose: (attempt: number | null) => void}} props */
export function AttemptTable({ attempts, chosen, onChoose }) {
  const [open, setOpen] = useState(/** @type {number | null} */ (null));
  const runs = folded(attempts).reverse();
  const rows = runs.flatMap((run) =>
    run.length > 1 && run[0].attempt !== open ? [run] : [...run].reverse().map((each) => [each]),
  );
  const beside = attempts[0]?.due;
  const urls = new Set(attempts.map(({ url }) => url));
  const several = urls.size > 1;
  return html`<div class="scroll">
    ${!several && html`<p class="m dim break">to ${[...urls]}</p>`}
    <table class="attempts">
      <thead>
        <tr>
          <th scope="col" class="num">#</th>
          <th scope="col">due</th>
          ${several && html`<th scope="col" class="wide">endpoint</th>`}
          <th scope="col">answer</th>
          <th scope="col" class="num">took</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map((run) => {
          const [first, last] = [run[0], run[run.length - 1]];
          const many = run.length > 1;
          const on = chosen !== null && first.attempt <= chosen && chosen <= last.attempt;
          return html`<tr key=${first.attempt} class=${on ? 'on' : ''}>
            <td class="num">
              ${
                many
                  ? html`<button type="button" class="link m" title="Show each of them" aria-expanded="false"
                    onClick=${() => setOpen(first.attempt)}>${first.attempt}–${last.attempt}</button>`
                  : html`<button type="button" class="link m" aria-label=${`Attempt ${first.attempt}: what was posted, and what came back`}
                    aria-pressed=${chosen === first.attempt} onClick=${() => onChoose(chosen === first.attempt ? null : first.attempt)}>
                    ${first.attempt}</button>`
              }
            </td>
            <td class="m">
              ${shortTime(first.due, beside)}${many && html` – ${shortTime(last.due, first.due)}`}
            </td>
            ${several && html`<td class="m cut wide" title=${first.url}>${first.url.replace(/^https?:\/\//, '')}</td>`}
            <td class=${`cut ${first.failure === null ? 'ok' : 'bad'}`} title=${first.failure ?? 'acknowledged'}>
              ${first.failure ?? `${first.status_code} acknowledged`}
            </td>
            <td class="num">${took(run)}</td>
          </tr>`;
        })}
      </tbody>
    </table>
  </div>`;
}

/** @param {Attempt[]} run */
function took(run) {
  const all = run.map(({ latency_ms: ms }) => Math.round(ms));
  const [least, most] = [Math.min(...all), Math.max(...all)];
  return least === most ? `${least} ms` : `${least}–${most} ms`;
}

/** One attempt: what was posted, and what came back. @param {{path: string, attempt: Attempt}} props */
export function OneAttempt({ path, attempt }) {
  const { attempt: number, due, at, failure, latency_ms: ms, next_due: next } = attempt;
  const { data, error } = useQuery(`${path}/attempts/${number}`);
  /** @type {import('./api.js').FullAttempt | null} */
  const full = data?.attempt === number ? data : null;
  return html`<${Card} title=${`Attempt ${number}`} class="one-attempt">
    <${Facts}
      pairs=${[
        ['due', html`<span class="m">${shortTime(due, at)}</span>`],
        ['posted', html`<span class="m">${shortTime(at, due)}</span>, answered after ${Math.round(ms)} ms`],
        ['result', html`<span class=${failure === null ? 'ok' : 'bad'}>${failure ?? 'acknowledged'}</span>`],
        ['next due', next ? html`<span class="m">${shortTime(next, due)}</span>` : '–'],
      ]}
    />
    ${error && html`<p class="dim">What was posted and what came back is not known: ${error.message}.</p>`}
    ${full && html`<${Exchange} full=${full} />`}
  <//>`;
}

/** @param {{full: import('./api.js').FullAttempt}} props */
function Exchange({ full }) {
  const { posted, answer, failure } = full;
  return html`<div class="two">
    <div>
      <h3>What was posted</h3>
      <${Went} posted=${posted} />
    </div>
    <div>
      <h3>What came back</h3>
      <${Came} answer=${answer} failure=${failure} />
    </div>
  </div>`;
}

/** @param {{posted: import('./api.js').Posted | null}} props */
function Went({ posted }) {
  if (!posted) return html`<p class="dim">Nothing: a rule of the scenario lost it before.</p>`;
  const { url, headers, fields, dropped } = posted;
  if (dropped)
    return html`<p class="m break">POST ${url}</p>
      <p class="dim">Its headers and its fields are no longer kept.</p>`;
  return html`<p class="m break">POST ${url}</p>
    ${headers.length ? html`<${Pairs} pairs=${headers} />` : html`<p class="dim">No connection could be made, so no headers were sent.</p>`}
    <h4>Fields</h4>
    <${Pairs} pairs=${fields} />`;
}

/** @param {{answer: import('./api.js').Answer | null, failure: string | null}} props */
function Came({ answer, failure }) {
  if (!answer) return html`<p class="dim">Nothing: ${failure ?? 'the answer was not kept'}.</p>`;
  return html`<p class="m">${answer.status_code}</p>
    ${
      answer.dropped
        ? html`<p class="dim">Its headers and its body are no longer kept.</p>`
        : html`<${Pairs} pairs=${answer.headers} />
          ${
            answer.body
              ? html`<h4>Body</h4><pre tabindex="0" aria-label="Body of the answer">${answer.body}</pre>
                ${answer.body_truncated && html`<p class="dim">Only the first 2 kB are kept.</p>`}`
              : html`<p class="dim">It had no body.</p>`
          }`
    }`;
}

/** @param {{pairs: [string, string][]}} props */
export function Pairs({ pairs }) {
  if (!pairs?.length) return html`<p class="dim">None.</p>`;
  return html`<dl class="pairs">
    ${pairs.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}
  </dl>`;
}
