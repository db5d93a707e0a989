/** The journal, live: newest first, by kind, and standing still while it is read. */

import { Trouble, html, useEffect, useMemo, useRef, useState } from './dom.js';
import { counted, fullTime, shortTime } from './format.js';
import { useKeys } from './keys.js';
import { live, useLive } from './live.js';
import { Link, adjust } from './router.js';

/** @typedef {import('./api.js').Entry} Entry */

const SHOWN = 200;
const PAGE = 200;
const GROUPS = [
  'request',
  'request.refused',
  'fault',
  'fax',
  'receipt',
  'received',
  'file',
  'account',
  'rules',
  'clock',
  'control',
  'connection',
];

/** Whether an entry is of a kind or a group of kinds. @param {Entry} entry @param {string} kind */
const isOf = (entry, kind) => !kind || entry.kind === kind || entry.kind.startsWith(`${kind}.`);

/** @param {{route: import('./router.js').Route}} props */
export function Journal({ route }) {
  const kind = route.query.get('kind') ?? '';
  const fax = Number(route.query.get('fax')) || null;
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const [paused, setPaused] = useState(false);
  const [read, setRead] = useState(false);
  const still = paused || read;
  const { older, error, loading, more, evicted } = useOlder(kind, fax);
  const seen = useRef(/** @type {number | null} */ (null)); // the newest entry that is shown while it stands still
  const newest = useLive(({ lastSeq }) => lastSeq) ?? 0;
  if (!still) seen.current = newest;
  const until = seen.current ?? newest;
  const fits = (/** @type {Entry} */ entry) => isOf(entry, kind) && (fax === null || entry.fax_job_id === fax);
  const since = older.length ? older[0].seq : 0;
  const news = live.entries.filter((entry) => entry.seq > since && fits(entry));
  const fresh = news.filter((entry) => entry.seq <= until).reverse();
  const waiting = news.length - fresh.length;
  const rows = still || older.length > PAGE ? [...fresh, ...older] : [...fresh, ...older].slice(0, SHOWN);
  const follow = () => {
    setPaused(false);
    setRead(false);
    box.current?.scrollTo({ top: 0 });
  };
  useKeys({ Escape: follow });
  return html`<section class="panel tall" aria-label="Journal">
    <div class="row tools">
      <h1>Journal</h1>
      <label>kind
        <select value=${kind} onChange=${(/** @type {any} */ event) => adjust({ kind: event.target.value })}>
          <option value="">all</option>
          ${GROUPS.map((group) => html`<option key=${group} value=${group}>${group}</option>`)}
        </select>
      </label>
      ${fax !== null && html`<button type="button" onClick=${() => adjust({ fax: null })}>fax ${fax} ✕</button>`}
      ${live.source.live && html`<button type="button" aria-pressed=${paused} onClick=${() => (paused ? follow() : setPaused(true))}>${paused ? 'Go on' : 'Pause'}</button>`}
      <span class="dim">${counted(newest, 'entry', 'entries')}</span>
      ${waiting > 0 && html`<button type="button" class="pill" onClick=${follow}>${counted(waiting, 'new entry', 'new entries')} ↑</button>`}
    </div>
    <${Trouble} error=${error} />
    <div class="log" ref=${box} tabindex="0" role="log" aria-live="off" aria-label="Entries, newest first"
      onScroll=${() => setRead((box.current?.scrollTop ?? 0) > 8)}>
      ${rows.map((entry) => html`<${Row} key=${entry.seq} entry=${entry} />`)}
      ${!rows.length && !loading && html`<p class="dim">Nothing yet.</p>`}
      ${more && html`<button type="button" onClick=${() => void more()}>Older entries</button>`}
      ${evicted > 0 && !more && html`<p class="dim">The journal knows ${rows.length ? `from ${fullTime(rows[rows.length - 1].at)} on` : 'nothing older'}: ${counted(evicted, 'older entry is', 'older entries are')} no longer kept.</p>`}
    </div>
  </section>`;
}

/** The entries before those that the stream brings, newest first. @param {string} kind @param {number | null} fax */
function useOlder(kind, fax) {
  const [state, setState] = useState({
    older: /** @type {Entry[]} */ ([]),
    error: /** @type {any} */ (null),
    loading: true,
    end: false,
    evicted: 0,
  });
  const load = async (/** @type {Entry[]} */ have) => {
    const before = have.length ? have[have.length - 1].seq : undefined;
    try {
      const got = await live.source.get('/journal', { kind, fax_job_id: fax, limit: PAGE, before });
      const entries = got.entries.reverse();
      setState({
        older: [...have, ...entries],
        error: null,
        loading: false,
        end: got.entries.length < PAGE,
        evicted: got.evicted,
      });
    } catch (error) {
      setState((now) => ({ ...now, error, loading: false, end: true }));
    }
  };
  useEffect(() => {
    setState((now) => ({ ...now, older: [], loading: true }));
    void load([]);
  }, [kind, fax]);
  return { ...state, more: state.end || state.loading ? null : () => load(state.older) };
}

const BAD = /refused|failed|expired|gave_up|fault|no_http|dropped|not_sent/;
const GOOD = /acknowledged/;

/** @param {{entry: Entry}} props */
function Row({ entry }) {
  const [open, setOpen] = useState(false);
  return useMemo(() => {
    const tone = BAD.test(entry.kind) ? 'bad' : GOOD.test(entry.kind) ? 'ok' : 'dim';
    return html`<div class="entry">
      <button type="button" class="link m seq" aria-expanded=${open} aria-label=${`Entry ${entry.seq}, details`} onClick=${() => setOpen(!open)}>${entry.seq}</button>
      <time class="m dim">${shortTime(entry.at, entry.at)}</time>
      <span class=${`kind ${tone}`}>${entry.kind}</span>
      <span class="message">${entry.message}${entry.fax_job_id !== null && html`\u00a0<${Link} to=${`faxes/${entry.fax_job_id}`} aria-label=${`Open fax ${entry.fax_job_id}`}>→<//>`}</span>
      ${open && html`<${Detail} entry=${entry} />`}
    </div>`;
  }, [entry, open]);
}

/** All details; the near misses of rules first. @param {{entry: Entry}} props */
function Detail({ entry }) {
  const { misses, ...rest } = entry.detail;
  const whose = entry.api_key ? `  ${entry.api_key}` : '';
  const text = `${fullTime(entry.at)}${whose}\n${JSON.stringify(rest, null, 2)}`;
  return html`<div class="full">
    ${
      misses?.length > 0 &&
      html`<ul class="plain dim">
      ${misses.map((/** @type {string} */ miss) => html`<li>${miss}</li>`)}
    </ul>`
    }
    <pre tabindex="0" aria-label=${`Details of entry ${entry.seq}`}>${text}</pre>
  </div>`;
}
