/** What the page knows of the sandbox as it happens: its clock, its newest entries, whether it is still there. */

import { useEffect, useState } from './vendor/hooks.mjs';
import { findSource } from './api.js';
import { Queries, provideQueries } from './queries.js';
import { keyInAddress } from './router.js';
import { openStream } from './stream.js';

/** @typedef {import('./api.js').Entry} Entry */

/** What has to be asked again after an entry of each group of kinds. @type {Record<string, string[]>} */
const CHANGES = {
  request: ['requests', 'verdict'],
  fault: ['rules', 'requests', 'faxes'],
  fax: ['faxes', 'money', 'account', 'rules', 'verdict'],
  receipt: ['faxes', 'verdict', 'rules'],
  received: ['received', 'verdict', 'rules'],
  file: ['account'],
  number: ['account', 'money', 'received'],
  account: ['account', 'money'],
  rules: ['rules'],
  control: ['requests'],
  clock: ['clock'],
};

export const RING = 3000;

class Live {
  source = findSource(keyInAddress());
  queries = new Queries(this.source, () => this.clock?.advancing ?? false);
  /** @type {import('./stream.js').StreamState} */
  connection = 'connecting';
  /** @type {import('./api.js').Clock | null} */
  clock = null;
  clockReadAt = 0;
  /** @type {string | null} */
  journal = null;
  /** @type {number | null} */
  lastSeq = null;
  firstSeq = 1;
  sandbox = 1;
  version = '';
  /** @type {string[]} */
  keys = [];
  /** Newest last; without a gap. @type {Entry[]} */
  entries = [];
  /** Counts how often all that was known became void. */
  epoch = 0;
  goneBecause = '';
  /** @type {Set<() => void>} */
  listeners = new Set();
  frame = 0;

  /** Begin to listen. */
  open() {
    provideQueries(this.queries);
    if (!this.source.live) {
      this.source.get('/clock').then(
        (clock) => this.setClock(clock),
        () => undefined,
      );
      this.source.get('/journal', { limit: 1 }).then(
        (journal) => {
          this.lastSeq = journal.last_seq;
          this.changed();
        },
        () => undefined,
      );
      return;
    }
    const { headers } = /** @type {import('./api.js').ServerSource} */ (this.source);
    openStream(headers, {
      position: () => ({ after: this.lastSeq, journal: this.journal }),
      onState: (state) => {
        this.connection = state;
        this.changed();
      },
      onEvent: (name, data) => this.take(name, data),
    });
  }

  /** @param {string} name @param {any} data */
  take(name, data) {
    if (name === 'hello') this.greet(data);
    else if (name === 'entries') this.add(data.entries, data.clock);
    else if (name === 'reset') this.begin(data);
    else if (name === 'lost') this.begin({ ...data, journal: this.journal });
    else if (name === 'gone') this.goneBecause = data.reason ?? '';
    this.changed();
  }

  /** @param {any} hello */
  greet(hello) {
    this.sandbox = hello.sandbox;
    this.version = hello.version;
    if (this.journal !== hello.journal) this.begin(hello);
    else {
      this.firstSeq = hello.first_seq;
      if (hello.clock) this.setClock(hello.clock);
    }
  }

  /** All that was known is void: begin after the newest entry. @param {any} known */
  begin(known) {
    this.journal = known.journal;
    this.keys = known.api_keys ?? this.keys;
    this.firstSeq = known.first_seq;
    this.lastSeq = known.last_seq;
    this.entries = [];
    this.epoch += 1;
    if (known.clock) this.setClock(known.clock);
    this.queries.invalidateAll();
  }

  /** @param {Entry[]} entries @param {import('./api.js').Clock} [clock] */
  add(entries, clock) {
    const fresh = entries.filter((entry) => this.lastSeq === null || entry.seq > this.lastSeq);
    if (clock) this.setClock(clock);
    if (!fresh.length) return;
    this.entries.push(...fresh);
    if (this.entries.length > RING + 500) this.entries.splice(0, this.entries.length - RING);
    this.lastSeq = fresh[fresh.length - 1].seq;
    const tags = new Set(fresh.flatMap((entry) => CHANGES[entry.kind.split('.')[0]] ?? []));
    if (fresh.some((entry) => entry.kind === 'sandbox.started')) this.queries.invalidateAll();
    else this.queries.invalidate(tags);
  }

  /** @param {import('./api.js').Clock} clock */
  setClock(clock) {
    const ended = this.clock?.advancing && !clock.advancing;
    this.clock = clock;
    this.clockReadAt = performance.now();
    if (ended) this.queries.catchUp();
    this.changed();
  }

  /** Simulated time now, in milliseconds; null until it is known. */
  now() {
    if (!this.clock) return null;
    const gone = this.clock.advancing ? 0 : performance.now() - this.clockReadAt;
    return Date.parse(this.clock.now) + gone * this.clock.rate;
  }

  /** Tell the components, once a frame; a hidden tab has no frames. */
  changed() {
    if (this.frame) return;
    const tell = () => {
      this.frame = 0;
      for (const listener of this.listeners) listener();
    };
    this.frame = document.hidden ? window.setTimeout(tell, 50) : requestAnimationFrame(tell);
  }
}

export const live = new Live();

/** Something of the live state; the component is drawn again when it is another value.
 * @template T @param {(live: Live) => T} select @returns {T} */
export function useLive(select) {
  const [value, setValue] = useState(() => select(live));
  useEffect(() => {
    const update = () => setValue(() => select(live));
    live.listeners.add(update);
    update();
    return () => void live.listeners.delete(update);
  }, []);
  return value;
}

/** Simulated time, drawn again every so many real milliseconds while it flows; null until it is known.
 * @param {number} [every] */
export function useNow(every = 1000) {
  const [, update] = useState(0);
  const rate = useLive(({ clock }) => clock?.rate ?? 0);
  useLive(({ clock }) => clock?.now);
  useEffect(() => {
    if (!rate) return undefined;
    const timer = setInterval(() => update((count) => count + 1), every);
    return () => clearInterval(timer);
  }, [rate, every]);
  return live.now();
}

/** Change something through the API. @param {string} method @param {string} path @param {unknown} [body] */
export const act = (method, path, body) => live.source.send(method, path, body);
