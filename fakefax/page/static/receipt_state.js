/** The state of a receipt in a few words, and its attempts as a line of sparks. */

import { Chip, html } from './dom.js';
import { counted, span } from './format.js';

/** What there is to say of a fax's receipt. @param {import('./api.js').FaxRow | import('./api.js').Fax} fax
 * @param {number | null} now @returns {[string, string, string?]} kind of chip, text, and more of it */
export function receiptState(fax, now) {
  const { receipt, attempt_count: count, next_due: due } = fax;
  if (receipt === null) return ['dim', '–', 'the fax is under way'];
  if (receipt === 'acknowledged') return ['ok', 'acknowledged', counted(count, 'attempt')];
  if (receipt === 'expired') return ['bad', `expired, ${count}`, `after ${counted(count, 'attempt')}`];
  if (receipt === 'not_sent') return ['none', 'not sent', 'there was no callback URL to send it to'];
  if (!due) return ['wait', 'being posted'];
  const ahead = now === null ? 0 : Date.parse(due) - now;
  const when = ahead > 0 ? `in ${span(ahead)}` : 'now';
  return ['wait', count ? `again ${when}` : `due ${when}`, counted(count, 'attempt')];
}

/** @param {{fax: import('./api.js').FaxRow | import('./api.js').Fax, now: number | null}} props */
export function ReceiptChip({ fax, now }) {
  const [kind, text, title] = receiptState(fax, now);
  if (kind === 'dim') return html`<span class="dim" title=${title}>${text}</span>`;
  return html`<${Chip} kind=${kind} title=${title}>${text}<//>`;
}

const WIDTH = 90;
const MOST = 193; // attempts of 48 hours at 15 minutes
const TICKS = 14;

/** All attempts of a receipt in the width of a word: ticks while they are few, else a bar.
 * @param {{runs: import('./api.js').Run[], count: number, pending: boolean}} props */
export function Spark({ runs, count, pending }) {
  if (!count) return null;
  const few = count <= TICKS;
  const step = few ? 6 : WIDTH / Math.max(count, MOST);
  let before = 0;
  const marks = runs.flatMap((run) => {
    const colour = run.failure === null ? 'ok' : 'bad';
    const from = before;
    before += run.count;
    if (!few) return [html`<rect class=${colour} x=${from * step} y="2" width=${run.count * step} height="8" />`];
    return Array.from(
      { length: run.count },
      (_, index) => html`<rect class=${colour} x=${(from + index) * step} y="2" width="3" height="8" />`,
    );
  });
  const rest = before * step;
  return html`<svg
    class="spark"
    viewBox=${`0 0 ${WIDTH} 12`}
    role="img"
    aria-label=${`${counted(count, 'attempt')}: ${runs.map(inWords).join(', ')}`}
  >
    ${marks} ${pending && rest < WIDTH && html`<rect class="rest" x=${rest} y="4.5" width=${WIDTH - rest} height="3" />`}
  </svg>`;
}

/** @param {import('./api.js').Run} run */
function inWords({ first, last, failure }) {
  return `${first === last ? first : `${first} to ${last}`} ${failure === null ? 'acknowledged' : 'failed'}`;
}
