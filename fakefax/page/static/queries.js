/** What the page has asked the API, kept and asked again when the journal says that it has changed.
 *
 * At most one request of each query is under way, and the next one keeps a distance that grows with how long it
 * takes, so that a burst of a thousand entries leads to a few requests. While simulated time is being advanced, the
 * server has better things to do: then answers are asked for only now and then, and at once when the advance has ended.
 */

import { useEffect, useRef, useState } from './vendor/hooks.mjs';
import { withQuery } from './api.js';

const SHORTEST_PAUSE = 100;
const PATIENT_PAUSE = 1000; // of answers that cost the server more than they are looked at
const PATIENT_DELAY = 200; // in which what is looked at goes first
const BUSY_DELAY = 500; // while time is being advanced

/** @typedef {{data: any, error: any, loading: boolean}} Result */

class Asked {
  /** @type {Result} */
  result = { data: undefined, error: null, loading: true };
  /** @type {Set<() => void>} */
  observers = new Set();
  underWay = false;
  again = false;
  startedAt = -Infinity;
  took = 0;
  timer = 0;

  /** @param {() => Promise<any>} load @param {string[]} tags @param {boolean} patient @param {() => boolean} busy */
  constructor(load, tags, patient, busy) {
    this.load = load;
    this.tags = tags;
    this.patient = patient;
    this.busy = busy;
  }

  /** Ask again, at once if the last time is long enough ago. */
  refresh() {
    if (this.underWay) {
      this.again = true;
      return;
    }
    if (this.timer) return;
    const pause = Math.max(this.patient ? PATIENT_PAUSE : SHORTEST_PAUSE, (this.patient ? 5 : 2) * this.took);
    const delay = this.busy() && !this.result.loading ? BUSY_DELAY : this.patient ? PATIENT_DELAY : 0;
    const due = Math.max(this.startedAt + pause - performance.now(), delay);
    if (due <= 0) void this.ask();
    else {
      this.timer = window.setTimeout(() => {
        this.timer = 0;
        void this.ask();
      }, due);
    }
  }

  /** Do not wait any longer if an answer is waited for that is looked at. */
  catchUp() {
    if (!this.timer || this.patient) return;
    clearTimeout(this.timer);
    this.timer = 0;
    void this.ask();
  }

  async ask() {
    this.underWay = true;
    this.again = false;
    this.startedAt = performance.now();
    try {
      this.result = { data: await this.load(), error: null, loading: false };
    } catch (error) {
      this.result = { data: this.result.data, error, loading: false };
    }
    this.took = performance.now() - this.startedAt;
    this.underWay = false;
    for (const observer of this.observers) observer();
    if (this.again && this.observers.size) this.refresh();
  }
}

export class Queries {
  /** @type {Map<string, Asked>} */
  asked = new Map();

  /** @param {import('./api.js').Source} source
   * @param {() => boolean} busy whether simulated time is being advanced */
  constructor(source, busy) {
    this.source = source;
    this.busy = busy;
  }

  /** Mark what these tags are about as changed. @param {Iterable<string>} tags */
  invalidate(tags) {
    const changed = new Set(tags);
    for (const [key, asked] of this.asked) {
      if (!asked.tags.some((tag) => changed.has(tag))) continue;
      if (asked.observers.size) asked.refresh();
      else this.asked.delete(key);
    }
  }

  /** The advance has ended: ask at once what was to be asked later. */
  catchUp() {
    for (const asked of this.asked.values()) asked.catchUp();
  }

  /** Ask all anew, as after a reset. */
  invalidateAll() {
    this.invalidate([...this.asked.values()].flatMap((asked) => asked.tags));
  }

  /** @param {string} path @param {import('./api.js').Query | undefined} query @param {string[]} tags
   * @param {boolean} patient */
  entry(path, query, tags, patient) {
    const key = withQuery(path, query);
    let asked = this.asked.get(key);
    if (!asked) {
      asked = new Asked(() => this.source.get(path, query), tags, patient, this.busy);
      this.asked.set(key, asked);
      asked.refresh();
      this.forgetSome();
    }
    return asked;
  }

  /** Keep at most a hundred answers that nobody looks at. */
  forgetSome() {
    if (this.asked.size < 200) return;
    const unseen = [...this.asked].filter(([, asked]) => !asked.observers.size && !asked.underWay);
    for (const [key] of unseen.slice(0, unseen.length - 100)) this.asked.delete(key);
  }
}

/** @type {Queries} */
let queries;

/** @param {Queries} all */
export function provideQueries(all) {
  queries = all;
}

/** The answer to a query, kept up to date. Until the first answer comes, that of the query before is shown.
 * @param {string | null} path null asks nothing @param {import('./api.js').Query} [query]
 * @param {{tags?: string[], patient?: boolean}} [options] @returns {Result} */
export function useQuery(path, query, { tags = [], patient = false } = {}) {
  const key = path === null ? null : withQuery(path, query);
  const [, update] = useState(0);
  const shown = useRef(/** @type {any} */ (undefined));
  useEffect(() => {
    if (path === null) return undefined;
    const asked = queries.entry(path, query, tags, patient);
    const observer = () => update((count) => count + 1);
    asked.observers.add(observer);
    if (!asked.result.loading) observer();
    return () => void asked.observers.delete(observer);
  }, [key]);
  if (path === null) return { data: undefined, error: null, loading: false };
  const result = queries.asked.get(/** @type {string} */ (key))?.result;
  if (result && !result.loading) {
    shown.current = result.data;
    return result;
  }
  return { data: shown.current, error: null, loading: true };
}
