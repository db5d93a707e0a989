/** The attempts at a receipt on one axis, past and future, with a slider along it.
 *
 * Time is to scale, except that idle time is folded, and so is the middle of a long future.
 */

import { html, useEffect, useRef, useState } from './dom.js';
import { briefly, counted, fullTime, shortTime, span } from './format.js';

/** @typedef {{at: number, kind: 'accepted' | 'ended' | 'attempt' | 'now' | 'due', name: string, ok?: boolean,
 *   attempt?: number}} Mark
 * @typedef {Mark & {x: number, hidden: boolean}} Placed */

const SHOWN_DUE = 4; // of the future, before it is folded, and beside the last

/** Everything that has a place on the axis, in order of time.
 * @param {import('./api.js').Fax} fax @param {number} now
 * @param {{every: number, longest: number}} schedule @returns {Mark[]} */
export function marksOf(fax, now, schedule) {
  const accepted = Date.parse(fax.accepted_at);
  /** @type {Mark[]} */
  const marks = [{ at: accepted, kind: 'accepted', name: 'accepted' }];
  const ended = fax.finished_at === null ? null : Date.parse(fax.finished_at);
  if (ended !== null) marks.push({ at: ended, kind: 'ended', name: `ended: ${fax.msg_code}` });
  const first = fax.attempts.length ? Date.parse(fax.attempts[0].due) : null;
  for (const { attempt, at, failure } of fax.attempts) {
    const since = Date.parse(at) - (first ?? 0);
    const name = `attempt ${attempt}, at ${inWords(since)}, ${briefly(failure)}`;
    marks.push({ at: Date.parse(at), kind: 'attempt', ok: failure === null, attempt, name });
  }
  marks.push({ at: now, kind: 'now', name: 'now' });
  if (fax.receipt === 'pending' && fax.next_due !== null) {
    const begin = first ?? Date.parse(fax.next_due);
    const end = begin + schedule.longest;
    let number = fax.attempt_count;
    for (let at = Date.parse(fax.next_due); at <= end && number < 5000; at += schedule.every) {
      number += 1;
      marks.push({ at, kind: 'due', attempt: number, name: `attempt ${number}, at ${inWords(at - begin)}, due` });
    }
  }
  return marks.sort((one, other) => one.at - other.at || order(one) - order(other));
}

/** What happened comes before now, and what is due after it, also in the same instant. @param {Mark} mark */
const order = ({ kind }) => ['accepted', 'ended', 'attempt', 'now', 'due'].indexOf(kind);

/** "30 minutes", for the name of a tick. @param {number} ms */
function inWords(ms) {
  const minutes = Math.round(ms / 60000);
  if (minutes < 120) return minutes === 1 ? '1 minute' : `${minutes} minutes`;
  const hours = Math.floor(minutes / 60);
  return minutes % 60 ? `${hours} hours ${minutes % 60} minutes` : `${hours} hours`;
}

/** Give each mark a place between 0 and 100, and say where the axis is folded.
 * @param {Mark[]} marks @param {number} every
 * @returns {{placed: Placed[], folds: {x: number, text: string}[]}} */
export function place(marks, every) {
  const due = marks.filter((mark) => mark.kind === 'due');
  const hidden = new Set(due.length > 2 * SHOWN_DUE + 4 ? due.slice(SHOWN_DUE, -1) : []);
  let before = marks[0]?.at ?? 0;
  const steps = marks.map((mark) => {
    const gap = mark.at - before;
    before = mark.at;
    if (hidden.has(mark)) return { width: 0, fold: false, gap };
    const apart = gap > 0 || mark.kind === 'attempt';
    return { width: apart ? Math.max(Math.min(gap / every, 4), 0.35) : 0, fold: gap > 4 * every, gap };
  });
  const whole = steps.reduce((sum, { width, fold }) => sum + (fold ? 0 : width), 0) || 1;
  let x = 0;
  /** @type {{x: number, text: string}[]} */
  const folds = [];
  const placed = marks.map((mark, index) => {
    const { width, fold, gap } = steps[index];
    const folded = fold && !hidden.has(marks[index - 1]);
    if (folded) folds.push({ x: x + whole * 0.09, text: span(gap) });
    if (hidden.has(mark)) x += (whole * 0.25) / hidden.size;
    else x += folded ? whole * 0.18 : width;
    return { ...mark, x, hidden: hidden.has(mark) };
  });
  const inside = placed.filter((mark) => mark.hidden);
  if (inside.length)
    folds.push({ x: (inside[0].x + inside[inside.length - 1].x) / 2, text: `${inside.length} more` });
  const scale = 100 / (x || 1);
  return {
    placed: placed.map((mark) => ({ ...mark, x: mark.x * scale })),
    folds: folds.map((fold) => ({ ...fold, x: fold.x * scale })),
  };
}

/** @param {{fax: import('./api.js').Fax, now: number, asOf: number | null, attempt: number | null,
 *   schedule: {every: number, longest: number}, onMoment: ((at: string | null) => void) | null,
 *   onAttempt: (attempt: number) => void, onAdvance: ((to: number, name: string) => void) | null}} props */
export function Timeline({ fax, now, asOf, attempt, schedule, onMoment, onAttempt, onAdvance }) {
  const { placed, folds } = place(marksOf(fax, now, schedule), schedule.every);
  const present = placed.findIndex((mark) => mark.kind === 'now');
  const looking = asOf === null ? present : lastBefore(placed, asOf, present);
  const [moved, setMoved] = useState(/** @type {number | null} */ (null)); // where the hand is put, at once
  const sent = useRef(/** @type {number | null} */ (null)); // the moment that the page was told of
  useEffect(() => {
    if (asOf !== sent.current) setMoved(null);
  }, [asOf]);
  useEffect(() => setMoved(null), [fax.attempt_count, fax.receipt, fax.fax_job_id]);
  const at = moved === null ? looking : Math.min(moved, placed.length - 1);
  const ahead = at > present;
  const mark = placed[at] ?? placed[present];
  const moveTo = (/** @type {number} */ to) => {
    setMoved(to);
    sent.current = to < present ? placed[to].at : null;
    onMoment?.(to < present ? new Date(placed[to].at).toISOString() : null);
  };
  /** @param {KeyboardEvent} event */
  const byKey = (event) => {
    const to = {
      ArrowLeft: at - 1,
      ArrowDown: at - 1,
      ArrowRight: at + 1,
      ArrowUp: at + 1,
      PageDown: at - 10,
      PageUp: at + 10,
    };
    const wanted = { ...to, Home: 0, End: placed.length - 1 }[event.key];
    if (wanted === undefined) return;
    event.preventDefault();
    moveTo(Math.max(0, Math.min(placed.length - 1, wanted)));
  };
  return html`<div class="timeline">
    <${Axis} placed=${placed} folds=${folds} attempt=${attempt} x=${mark.x} onAttempt=${onAttempt} />
    ${
      onMoment &&
      html`<input
      type="range"
      min="0"
      max="1000"
      value=${Math.round(mark.x * 10)}
      aria-label="Moment on the timeline"
      aria-valuetext=${`${fullTime(mark.at)}: ${mark.name}`}
      onKeyDown=${byKey}
      onInput=${(/** @type {any} */ event) => moveTo(nearest(placed, Number(event.target.value) / 10))}
    />`
    }
    <div class="axis">
      <span>${shortTime(placed[0].at, now)}</span>
      <span class="middle">
        ${
          ahead && onAdvance
            ? html`<button type="button" class="main" onClick=${() => onAdvance(mark.at, mark.name)}>
              Advance to here: ${shortTime(mark.at, now)}
            </button> <span>${mark.name}</span>`
            : at < present
              ? html`as of ${shortTime(mark.at, now)}: ${mark.name}`
              : onMoment
                ? html`now ${shortTime(now, placed[0].at)} · slide back to look${
                    present < placed.length - 1 && onAdvance ? ', forward to advance' : ''
                  }`
                : html`at the end, ${shortTime(now, placed[0].at)}`
        }
      </span>
      <span>${placed.length > 1 ? shortTime(placed[placed.length - 1].at, now) : ''}</span>
    </div>
  </div>`;
}

/** The mark that is nearest to a place on the axis. @param {Placed[]} placed @param {number} x */
function nearest(placed, x) {
  let found = 0;
  for (let index = 1; index < placed.length; index += 1) {
    if (Math.abs(placed[index].x - x) <= Math.abs(placed[found].x - x)) found = index;
  }
  return found;
}

/** The last mark that is not after a moment. @param {Placed[]} placed @param {number} at @param {number} present */
function lastBefore(placed, at, present) {
  let found = 0;
  for (let index = 0; index < present; index += 1) if (placed[index].at <= at) found = index;
  return found;
}

/** The ticks; one of them can be reached by Tab, the arrows lead to the others.
 * @param {{placed: Placed[], folds: {x: number, text: string}[], attempt: number | null,
 *   x: number, onAttempt: (attempt: number) => void}} props */
function Axis({ placed, folds, attempt, x, onAttempt }) {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const ticks = placed.filter((mark) => mark.kind !== 'now' && !mark.hidden);
  const attempts = ticks.filter((mark) => mark.kind === 'attempt');
  const reached = attempt ?? attempts[attempts.length - 1]?.attempt;
  /** @param {KeyboardEvent} event */
  const moved = (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    const all = /** @type {HTMLElement[]} */ ([...(box.current?.querySelectorAll('button') ?? [])]);
    const next = all[all.indexOf(/** @type {HTMLElement} */ (document.activeElement)) + by];
    event.preventDefault();
    next?.focus();
  };
  return html`<div
    class=${`ticks${ticks.length > 60 ? ' dense' : ''}`}
    ref=${box}
    role="group"
    aria-label=${`${counted(attempts.length, 'attempt')} so far`}
    onKeyDown=${moved}
  >
    <div class="line"></div>
    ${folds.map((fold) => html`<span class="fold" style=${{ left: `${fold.x}%` }}>… ${fold.text} …</span>`)}
    ${ticks.map((mark) =>
      mark.kind === 'attempt'
        ? html`<button
            type="button"
            key=${`a${mark.attempt}-${mark.at}`}
            class=${`tick ${mark.ok ? 'ok' : 'bad'}${mark.attempt === attempt ? ' on' : ''}`}
            style=${{ left: `${mark.x}%` }}
            aria-label=${mark.name}
            title=${mark.name}
            tabindex=${mark.attempt === reached ? 0 : -1}
            aria-pressed=${mark.attempt === attempt}
            onClick=${() => onAttempt(/** @type {number} */ (mark.attempt))}
          ></button>`
        : html`<span
            key=${`${mark.kind}${mark.attempt ?? ''}`}
            class=${`tick ${mark.kind}`}
            style=${{ left: `${mark.x}%` }}
            role="img"
            aria-label=${mark.name}
            title=${`${mark.name}: ${fullTime(mark.at)}`}
          ></span>`,
    )}
    <span class="hand" style=${{ left: `${x}%` }} aria-hidden="true"></span>
  </div>`;
}
