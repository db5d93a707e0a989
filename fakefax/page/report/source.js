/** The bundle that is inside of a report, in the place of a server: the API's answers are made of it, read-only. */

import { Refused } from '../static/api.js';
import { fitting } from './search.js';
import { TestView } from './test_view.js';

/** @typedef {{fakefax_bundle: number, version: string, start: string, test?: {id: string, failure: string, again?: string},
 *   scenario: any, inputs: any[], outcome: any}} Bundle */

const LISTS = { '/faxes': 'faxes', '/incoming-faxes': 'incoming_faxes' };

export class BundleSource {
  live = false;
  key = null;

  /** @param {Bundle} bundle */
  constructor(bundle) {
    this.bundle = bundle;
    this.views = { test: () => TestView({ bundle }) };
    this.tabs = [['test', 'Test', '']];
  }

  /** @param {string} path @param {import('../static/api.js').Query} [query] @returns {Promise<any>} */
  async get(path, query = {}) {
    const { outcome, scenario } = this.bundle;
    const [, list, id, , attempt] = /^\/(faxes|incoming-faxes)\/(\d+)(\/attempts\/(\d+))?$/.exec(path) ?? [];
    if (list) return this.one(`/${list}`, Number(id), attempt);
    if (path === '/faxes') return this.faxes(query);
    if (path === '/journal') return this.journal(query);
    if (path === '/incoming-faxes') return { incoming_faxes: outcome.incoming_faxes };
    if (path === '/ledger') return { ...outcome.ledger, entries: newest(outcome.ledger.entries, query.limit) };
    if (path === '/scenario') return scenario;
    if (path === '/clock') return { ...outcome.clock, rate: 0 };
    const answer = outcome[path.slice(1)];
    if (answer === undefined) throw new Refused(404, 'a report does not have that');
    return answer;
  }

  /** A fax, or an attempt of it. @param {string} list @param {number} id @param {string | undefined} attempt */
  one(list, id, attempt) {
    const name = list === '/faxes' ? 'fax_job_id' : 'incoming_fax_id';
    const faxes = this.bundle.outcome[LISTS[/** @type {'/faxes'} */ (list)]];
    const fax = faxes.find((/** @type {any} */ each) => each[name] === id);
    if (!fax) throw new Refused(404, `the report has no fax ${id}`);
    if (!attempt) return fax;
    const found = fax.attempts.findLast((/** @type {any} */ each) => String(each.attempt) === attempt);
    if (!found) throw new Refused(404, `the report has no attempt ${attempt}`);
    return found;
  }

  /** @param {import('../static/api.js').Query} query */
  faxes({ q, limit, after, order }) {
    const { faxes } = this.bundle.outcome;
    const fits = fitting(String(q ?? ''));
    const found = faxes.filter(fits);
    if (order === 'newest') found.reverse();
    const page = after ? found.filter((/** @type {any} */ fax) => fax.fax_job_id < Number(after)) : found;
    const shown = limit === undefined || limit === null ? page : page.slice(0, Number(limit));
    return {
      faxes: shown.map((/** @type {any} */ fax) => ({ ...fax, attempts: runs(fax.attempts) })),
      total: found.length,
      more: page.length > shown.length,
      let_go: 0,
    };
  }

  /** @param {import('../static/api.js').Query} query */
  journal({ kind, fax_job_id: fax, limit, after, before }) {
    const { journal, evicted } = this.bundle.outcome;
    const found = journal.filter(
      (/** @type {import('../static/api.js').Entry} */ entry) =>
        (!kind || entry.kind === kind || entry.kind.startsWith(`${kind}.`)) &&
        (!fax || entry.fax_job_id === Number(fax)) &&
        (!after || entry.seq > Number(after)) &&
        (!before || entry.seq < Number(before)),
    );
    const entries = after ? found.slice(0, Number(limit ?? found.length)) : newest(found, limit);
    return { entries, last_seq: journal.at(-1)?.seq ?? 0, evicted };
  }

  /** @returns {Promise<any>} */
  async send() {
    throw new Refused(409, 'this is a report of what has happened; nothing in it can be changed');
  }

  /** @returns {string} */
  picture() {
    return '';
  }
}

/** @param {any[]} entries @param {unknown} limit */
function newest(entries, limit) {
  return limit === undefined || limit === null
    ? entries
    : entries.slice(Math.max(0, entries.length - Number(limit)));
}

/** Attempts with equal neighbours folded. @param {any[]} attempts */
function runs(attempts) {
  /** @type {any[]} */
  const folded = [];
  for (const each of attempts) {
    const last = folded.at(-1);
    const same = last && ['url', 'status_code', 'failure'].every((name) => last[name] === each[name]);
    if (same)
      Object.assign(last, { last: each.attempt, count: last.count + 1, last_due: each.due, last_at: each.at });
    else {
      const { url, status_code, failure, attempt, due, at } = each;
      const one = {
        first: attempt,
        last: attempt,
        count: 1,
        first_due: due,
        last_due: due,
        first_at: at,
        last_at: at,
      };
      folded.push({ ...one, url, status_code, failure });
    }
  }
  return folded;
}

/** Unpack the bundle of this file, and put it where the page looks for its source. */
export async function begin() {
  const text = document.getElementById('fakefax-bundle')?.textContent ?? '';
  const bytes = Uint8Array.from(atob(text.trim()), (char) => char.charCodeAt(0));
  const unpacking = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  const bundle = JSON.parse(await new Response(unpacking).text());
  if (!location.hash) history.replaceState(null, '', bundle.test ? '#/test' : '#/faxes');
  Object.assign(globalThis, { fakefaxReport: new BundleSource(bundle) });
}
