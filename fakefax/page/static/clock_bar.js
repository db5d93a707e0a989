/** The bar that is always there: simulated time, what is due next, and the buttons that move time. */

import { Chip, html, useEffect, useState } from './dom.js';
import { counted, fullTime, span } from './format.js';
import { useKeys } from './keys.js';
import { act, live, useLive, useNow } from './live.js';
import { say } from './notices.js';
import { Link } from './router.js';
import { SandboxPicker } from './sandboxes.js';

/** @typedef {{by?: string, to?: string, until?: 'idle' | 'next'}} Way */
/** @typedef {{label: string, from: number, to: number | null, left: boolean}} Walk */

/** @type {Walk | null} */
let walk = null;
/** @type {{text: string, fired: {at: string, name: string}[], count: number} | null} */
let caused = null;

const BUDGET = '20s'; // real time of one request; a long way is walked in several

/** Let simulated time go by, and say what that caused. @param {string} label @param {Way} way */
export async function advance(label, way) {
  if (walk && !walk.left) return;
  const from = live.now() ?? 0;
  const [seq, began] = [live.lastSeq ?? 0, performance.now()];
  const own = (walk = { label, from, to: target(way, from), left: false });
  live.changed();
  /** @type {any[]} */
  const fired = [];
  let count = 0;
  try {
    for (;;) {
      const done = await act('POST', '/clock/advance', { ...(own.to ? { to: iso(own.to) } : way), budget: BUDGET });
      fired.push(...done.fired.slice(0, 100 - fired.length));
      count += done.fired_count;
      if (done.settled || own.left || !done.fired_count) {
        const took = performance.now() - began;
        await heardOf(seq);
        tell(
          own,
          `${summary(seq, count)} in ${took < 100 ? `${Math.round(took)} ms` : `${(took / 1000).toFixed(1)} s`}`,
          fired,
          count,
          done.settled ? '' : done.message,
        );
        break;
      }
    }
  } catch (error) {
    if (!own.left) say(/** @type {Error} */ (error).message, { bad: true });
  }
  if (walk === own) walk = null;
  live.queries.invalidate(['clock', 'faxes']);
  live.changed();
}

/** @param {Walk} own @param {string} text @param {any[]} fired @param {number} count @param {string} unsettled */
function tell(own, text, fired, count, unsettled) {
  if (own.left) return;
  caused = { text: `${own.label}: ${text}`, fired, count };
  say(unsettled ? `${caused.text}; ${unsettled}` : caused.text, { bad: Boolean(unsettled) });
}

/** Where the way leads, if that is known before. @param {Way} way @param {number} from */
function target({ by, to }, from) {
  if (to) return Date.parse(to);
  const units = { m: 60000, h: 3600000 };
  const found = by && /^(\d+)([mh])$/.exec(by);
  return found ? from + Number(found[1]) * units[/** @type {'m' | 'h'} */ (found[2])] : null;
}

/** @param {number} at */
const iso = (at) => new Date(at).toISOString();

/** Wait until the stream has brought the end of the advance, but not for long. @param {number} seq */
async function heardOf(seq) {
  for (let tries = 0; tries < 20; tries += 1) {
    if (live.entries.some((entry) => entry.seq > seq && /^clock\.(advanced|gave)/.test(entry.kind))) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** What an advance caused, from the entries since. @param {number} seq @param {number} count */
function summary(seq, count) {
  const since = live.entries.filter((entry) => entry.seq > seq);
  const of = (/** @type {RegExp} */ kinds) => since.filter((entry) => kinds.test(entry.kind)).length;
  const parts = [
    [of(/^(receipt|received)\.attempt$/), 'attempt'],
    [of(/^fax\.finished$/), 'fax ended', 'faxes ended'],
    [of(/^received\.arrived$/), 'fax arrived', 'faxes arrived'],
    [of(/\.expired$/), 'receipt expired', 'receipts expired'],
  ];
  const found = parts.filter(([many]) => many);
  if (!found.length) return count ? counted(count, 'step') : 'nothing was due';
  return found.map(([many, one, more]) => counted(Number(many), String(one), /** @type {any} */ (more))).join(', ');
}

/** @type {[string, Way][]} */
const WAYS = [
  ['+1 m', { by: '1m' }],
  ['+15 m', { by: '15m' }],
  ['+1 h', { by: '1h' }],
  ['+48 h', { by: '48h' }],
  ['until idle', { until: 'idle' }],
];

export function ClockBar() {
  const walking = useLive(() => walk);
  const left = useLive(() => walk?.left ?? false);
  const busy = Boolean(walking) && !left;
  const known = useLive(({ clock }) => clock !== null);
  const { live: served } = live.source;
  const next = () => void advance('Next due', { until: 'next' });
  useKeys(served ? { n: next, ']': () => void advance('+15 m', { by: '15m' }), p: () => void pauseOrGo() } : {});
  return html`<header class="bar">
    <${Link} to="faxes" class="brand">fakefax<//>
    ${served && html`<${SandboxPicker} />`}
    <${Time} />
    ${served && html`<${Rate} />`}
    <${NextDue} />
    ${
      served &&
      html`<span class="ways" role="group" aria-label="Advance the clock">
      <button type="button" class="main" disabled=${!known || busy} onClick=${next} aria-keyshortcuts="n">
        Next due <kbd aria-hidden="true">n</kbd>
      </button>
      ${WAYS.map(
        ([label, way]) => html`<button
          type="button"
          key=${label}
          disabled=${!known || busy}
          aria-label=${`Advance ${label}`}
          onClick=${() => void advance(label, way)}
        >
          ${label}
        </button>`,
      )}
    </span>`
    }
    <${Connection} />
    ${busy && html`<${Progress} />`}
  </header>`;
}

function Time() {
  const now = useNow(250);
  return html`<time class="time" title="Simulated time, UTC">${now === null ? '…' : fullTime(now)}</time>`;
}

/** The rate that a paused clock goes on with. */
let rateBefore = 60;

async function pauseOrGo() {
  const rate = live.clock?.rate ?? 0;
  if (rate) rateBefore = rate;
  await setRate(rate ? 0 : rateBefore);
}

/** @param {number} rate */
async function setRate(rate) {
  try {
    live.setClock({ .../** @type {any} */ (live.clock), ...(await act('PATCH', '/clock', { rate })) });
  } catch (error) {
    say(/** @type {Error} */ (error).message, { bad: true });
  }
}

function Rate() {
  const rate = useLive(({ clock }) => clock?.rate ?? null);
  if (rate === null) return null;
  const rates = [...new Set([1, 10, 60, 600, 3600, rate || rateBefore])].sort((one, other) => one - other);
  return html`<span class="rate">
    <button type="button" aria-label=${rate ? 'Pause the clock' : 'Let the clock go on'} onClick=${pauseOrGo}>
      <span aria-hidden="true">${rate ? '❚❚' : '▶'}</span>
    </button>
    <select
      aria-label="Simulated seconds per real second"
      value=${String(rate || 0)}
      onChange=${(/** @type {any} */ event) => setRate(Number(event.target.value))}
    >
      <option value="0">paused</option>
      ${rates.map((each) => html`<option key=${each} value=${String(each)}>× ${each}</option>`)}
    </select>
  </span>`;
}

function NextDue() {
  const clock = useLive((known) => known.clock);
  const result = useLive(() => caused);
  const now = useNow();
  const [open, setOpen] = useState(false);
  useEffect(() => setOpen(false), [result]);
  if (!clock || now === null) return null;
  const due = clock.next?.at ?? clock.next_due;
  const name = clock.next?.name ?? counted(clock.pending, 'step');
  const held = clock.advancing && clock.holds.length ? `held by ${clock.holds.join(', ')}` : '';
  const text = due ? `next: ${name}, ${inTime(Date.parse(due) - now)}` : 'nothing is due';
  const what = clock.next?.fax_job_id
    ? html`<${Link} to=${`faxes/${clock.next.fax_job_id}`}>${text}<//>`
    : html`<span>${text}</span>`;
  return html`<span class="due dim" title=${`${counted(clock.pending, 'step')} pending${held ? `; ${held}` : ''}`}>
    <span class="line">${what}${held && html` · <span class="wait">${held}</span>`}</span>
    ${
      result &&
      html`<button type="button" class="link line" aria-expanded=${open} onClick=${() => setOpen(!open)}>
        ${result.text.replace(/^[^:]*: /, '')}
      </button>`
    }
    </span>
    ${open && result && html`<${Caused} result=${result} />`}`;
}

/** @param {number} ms */
const inTime = (ms) => (ms <= 0 ? 'due now' : `in ${span(ms)}`);

/** @param {{result: NonNullable<typeof caused>}} props */
function Caused({ result }) {
  return html`<div class="popup" role="region" aria-label="What the advance caused" tabindex="0">
    <strong>${result.text}</strong>
    <ol>
      ${result.fired.map((timer) => html`<li><span class="m">${fullTime(timer.at)}</span> ${timer.name}</li>`)}
    </ol>
    ${
      result.count > result.fired.length &&
      html`<p class="dim">and ${(result.count - result.fired.length).toLocaleString('en')} more; the journal has all.</p>`
    }
  </div>`;
}

function Progress() {
  const now = useNow();
  useLive(({ clock }) => clock?.now);
  if (!walk) return null;
  const done = walk.to && now ? Math.min(1, (now - walk.from) / (walk.to - walk.from)) : undefined;
  const leave = () => {
    if (walk) walk.left = true;
    live.changed();
  };
  return html`<div class="progress">
    <progress aria-label=${`Advancing ${walk.label}`} max="1" value=${done}></progress>
    <button type="button" class="link" onClick=${leave} title="The advance goes on in the server">leave it</button>
  </div>`;
}

/** @type {Record<string, [string, string, string]>} */
const STATES = {
  connecting: ['wait', 'connecting', 'The stream of the journal is being opened.'],
  live: ['ok', 'live', 'What happens is shown at once.'],
  lost: ['bad', 'no connection', 'fakefax does not answer. The page tries again, and catches up.'],
  hidden: ['wait', 'asleep', 'The tab was hidden.'],
  gone: ['bad', 'sandbox gone', 'This sandbox is not there any more.'],
  token: ['bad', 'token needed', 'This server wants its control token.'],
  crowded: ['wait', 'too many readers', 'Other pages read all streams of this sandbox. The page tries again.'],
};

function Connection() {
  const state = useLive(({ connection, source }) => (source.live ? connection : 'report'));
  if (state === 'report') return html`<${Chip} kind="dim">report<//>`;
  const [kind, text, title] = STATES[state];
  return html`<span class="connection" title=${title}><${Chip} kind=${kind}>${text}<//></span>`;
}
