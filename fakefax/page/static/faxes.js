/** The list of faxes: live, searched, in pages, and as of an earlier moment. */

import { Begin } from './begin.js';
import { Chip, Trouble, html, useEffect, useMemo, useRef, useState } from './dom.js';
import { counted, fullTime, money, outcome } from './format.js';
import { useKeys } from './keys.js';
import { live, useNow } from './live.js';
import { useQuery } from './queries.js';
import { ReceiptChip, Spark, receiptState } from './receipt_state.js';
import { Link, adjust, changed, go } from './router.js';

/** @typedef {import('./api.js').FaxRow} FaxRow */

const PAGE = 100;
const FIELDS =
  'fax_job_id,status,msg_code,fax_number,document_id,filename,pages,cost,receipt,accepted_at,attempts,attempt_count,next_due';

/** Which fax was open last, to come back to its row. @type {string | null} */
let lastOpen = null;

/** @param {{route: import('./router.js').Route}} props */
export function FaxList({ route }) {
  const q = route.query.get('q') ?? '';
  const asOf = route.query.get('as_of');
  const after = route.query.get('after');
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const [pinned, setPinned] = useState(/** @type {{top: number, total: number} | null} */ (null));
  const query = { fields: FIELDS, attempts: 'runs', order: 'newest', limit: PAGE, q, as_of: asOf };
  const { data, error, loading } = useQuery(
    '/faxes',
    { ...query, after: after ?? (pinned && pinned.top + 1) },
    { tags: ['faxes'] },
  );
  const doubles = useDoubles();
  const now = useNow();
  const then = asOf && data?.as_of ? Date.parse(data.as_of.at) : now;
  /** @type {FaxRow[]} */
  const rows = data?.faxes ?? [];
  const fresh = pinned ? Math.max(0, data?.total - pinned.total) : 0;

  useEffect(() => setPinned(null), [q, asOf, after]);
  useEffect(() => {
    if (route.id) lastOpen = route.id;
  }, [route.id]);
  useRowKeys(box, route);

  const scrolled = () => {
    const top = box.current?.scrollTop ?? 0;
    if (top > 8 && !pinned && !after && rows.length) setPinned({ top: rows[0].fax_job_id, total: data.total });
    if (top <= 8 && pinned) setPinned(null);
  };
  const toTop = () => {
    setPinned(null);
    box.current?.scrollTo({ top: 0 });
  };
  const empty = data && !data.total && !q && !asOf && !data.let_go;
  return html`<section class="list" aria-label="Faxes" ref=${box} onScroll=${scrolled}>
    ${!route.id && html`<h1 class="hidden">Faxes</h1>`}
    <${Search} q=${q} total=${data?.total} />
    ${fresh > 0 && html`<button type="button" class="pill" onClick=${toTop}>${counted(fresh, 'new fax', 'new faxes')} ↑</button>`}
    <${Trouble} error=${error} />
    ${
      empty
        ? live.source.live
          ? html`<${Begin} />`
          : html`<p class="begin dim">No fax was sent.</p>`
        : html`<${Table} rows=${rows} now=${then} open=${route.id} doubles=${doubles} loading=${loading} />`
    }
    ${data && !empty && html`<${Pager} data=${data} after=${after} />`}
  </section>`;
}

/** Of each fax that was paid twice, the others. @returns {Map<number, number[]>} */
function useDoubles() {
  const { data } = useQuery('/audit', {}, { tags: ['money'], patient: true });
  return useMemo(() => {
    const found = new Map();
    for (const { fax_job_ids: ids } of data?.double_charges ?? []) {
      for (const id of ids.slice(1))
        found.set(
          id,
          ids.filter((/** @type {number} */ other) => other !== id),
        );
    }
    return found;
  }, [data]);
}

/** @param {{q: string, total: number | undefined}} props */
function Search({ q, total }) {
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  const timer = useRef(0);
  useKeys({ '/': () => input.current?.select() });
  useEffect(() => {
    if (input.current && document.activeElement !== input.current) input.current.value = q;
  }, [q]);
  const search = () => {
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => adjust({ q: input.current?.value ?? '', after: null }), 150);
  };
  return html`<div class="search">
    <input
      ref=${input}
      type="search"
      aria-label="Search faxes"
      aria-keyshortcuts="/"
      placeholder="to:+44* is:busy|pending|twice rule: cost:>1 -…"
      autocomplete="off"
      autocapitalize="off"
      spellcheck="false"
      onInput=${search}
    />
    ${q && total !== undefined && html`<span class="dim">${counted(total, 'fax', 'faxes')}</span>`}
  </div>`;
}

/** @param {{rows: FaxRow[], now: number | null, open: string | null, doubles: Map<number, number[]>,
 *   loading: boolean}} props */
function Table({ rows, now, open, doubles, loading }) {
  const tabbed = rows.some((fax) => String(fax.fax_job_id) === (open ?? lastOpen))
    ? (open ?? lastOpen)
    : String(rows[0]?.fax_job_id);
  return html`<table class="faxes" aria-busy=${loading}>
    <thead>
      <tr>
        <th scope="col">fax</th>
        <th scope="col">to</th>
        <th scope="col" class="wide">document</th>
        <th scope="col" class="num wide">cost</th>
        <th scope="col">outcome</th>
        <th scope="col">receipt</th>
        <th scope="col" class="wider">attempts</th>
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (fax) => html`<${Row}
          key=${fax.fax_job_id}
          fax=${fax}
          now=${now}
          on=${String(fax.fax_job_id) === open}
          tabbed=${String(fax.fax_job_id) === tabbed}
          twice=${paidTwice(doubles.get(fax.fax_job_id))}
        />`,
      )}
      ${!rows.length && !loading && html`<tr><td colspan="7" class="dim">No fax fits.</td></tr>`}
    </tbody>
  </table>`;
}

/** @param {number[] | undefined} others */
function paidTwice(others) {
  if (!others) return undefined;
  return others.length === 1 ? `paid twice: ${others[0]}` : `paid ${others.length + 1} times`;
}

/** A row, drawn again only when something in it has changed.
 * @param {{fax: FaxRow, now: number | null, on: boolean, tabbed: boolean, twice?: string}} props */
function Row({ fax, now, on, tabbed, twice }) {
  const [result, kind] = outcome(fax);
  const id = fax.fax_job_id;
  const key = JSON.stringify([fax, receiptState(fax, now), on, tabbed, twice, location.search, location.hash]);
  return useMemo(
    () => html`<tr class=${on ? 'on' : ''} onClick=${(/** @type {MouseEvent} */ event) => openRow(event, id)}>
      <td class="m">
        <${Link} to=${`faxes/${id}`} query=${changed({ attempt: null })} data-row=${id} tabindex=${tabbed ? 0 : -1}
          aria-current=${on ? 'true' : undefined}>${id}<//>
      </td>
      <td class="m cut" title=${fax.fax_number}>${fax.fax_number}</td>
      <td class="cut wide" title=${fax.filename}>
        ${fax.filename}${fax.pages > 1 && html`<span class="dim"> · ${fax.pages}</span>`}
      </td>
      <td class="num wide">${money(fax.cost)}</td>
      <td><${Chip} kind=${kind}>${result}<//></td>
      <td>
        ${
          twice
            ? html`<${Chip} kind="bad" title="The same document to the same number">${twice}<//>`
            : html`<${ReceiptChip} fax=${fax} now=${now} />`
        }
      </td>
      <td class="wider">
        <${Spark} runs=${fax.attempts} count=${fax.attempt_count} pending=${fax.receipt === 'pending'} />
      </td>
    </tr>`,
    [key],
  );
}

/** @param {MouseEvent} event @param {number} id */
function openRow(event, id) {
  if (/** @type {HTMLElement} */ (event.target).closest('a') || getSelection()?.toString()) return;
  go(`faxes/${id}`, changed({ attempt: null }));
}

/** j and k move the focus, Escape goes back to the row that was open.
 * @param {{current: HTMLElement | null}} box @param {import('./router.js').Route} route */
function useRowKeys(box, route) {
  const links = () => /** @type {HTMLElement[]} */ ([...(box.current?.querySelectorAll('[data-row]') ?? [])]);
  const move = (/** @type {number} */ by) => {
    const all = links();
    const at = all.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const from = at === -1 ? all.findIndex((link) => link.dataset.row === (route.id ?? lastOpen)) : at;
    const to = all[Math.max(0, Math.min(all.length - 1, from === -1 ? 0 : from + by))];
    to?.focus();
    to?.scrollIntoView({ block: 'nearest' });
  };
  const back = () => {
    const id = route.id ?? lastOpen;
    if (route.id) go('faxes', changed({ attempt: null }));
    requestAnimationFrame(() =>
      requestAnimationFrame(() =>
        links()
          .find((link) => link.dataset.row === id)
          ?.focus(),
      ),
    );
  };
  useKeys({ j: () => move(1), k: () => move(-1), Escape: back });
}

/** @param {{data: any, after: string | null}} props */
function Pager({ data, after }) {
  const rows = data.faxes;
  const last = rows[rows.length - 1]?.fax_job_id;
  return html`<nav class="pager row" aria-label="Pages of the list">
    <span class="dim">${counted(data.total, 'fax', 'faxes')}</span>
    ${after && html`<${Link} to="faxes" query=${changed({ after: null })}>newest<//>`}
    ${data.more && html`<${Link} to="faxes" query=${changed({ after: last })}>older<//>`}
    ${
      data.let_go > 0 &&
      !data.more &&
      html`<span class="dim">${counted(data.let_go, 'older fax is', 'older faxes are')} no longer kept</span>`
    }
  </nav>`;
}

/** A line that says that the reader looks at an earlier moment. @param {{asOf: string}} props */
export function AsOf({ asOf }) {
  const { data, error } = useQuery('/account', { as_of: asOf });
  const back = () => adjust({ as_of: null });
  useKeys({ Escape: back });
  const moment = data?.as_of
    ? fullTime(data.as_of.at)
    : Number.isNaN(Date.parse(asOf))
      ? `entry ${asOf}`
      : fullTime(asOf);
  return html`<div class="as-of" role="status">
    <strong>As of ${moment}</strong>
    ${
      error
        ? html`<span class="bad">${error.message}</span>`
        : html`<span>${data ? `balance ${money(data.balance)}; ` : ''}list and fax are shown as they were then</span>`
    }
    <span class="grow"></span>
    <button type="button" onClick=${back}>Back to now <kbd aria-hidden="true">Esc</kbd></button>
  </div>`;
}
