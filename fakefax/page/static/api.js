/** Where the page's data comes from: the control API of a running server, or the bundle of a report. */

/**
 * @typedef {{attempt: number, due: string, at: string, url: string, status_code: number | null,
 *   failure: string | null, latency_ms: number, next_due: string | null}} Attempt
 * @typedef {{headers: [string, string][], fields: [string, string][], url: string, dropped: boolean}} Posted
 * @typedef {{status_code: number, headers: [string, string][], body: string, body_truncated: boolean,
 *   dropped: boolean}} Answer
 * @typedef {Attempt & {posted: Posted | null, answer: Answer | null}} FullAttempt
 * @typedef {{first: number, last: number, count: number, url: string, status_code: number | null,
 *   failure: string | null, first_due: string, last_due: string, first_at: string, last_at: string}} Run
 * @typedef {{fax_job_id: number, status: string, msg_code: string | null, fax_number: string, document_id: number,
 *   filename: string, pages: number, cost: number, accepted_at: string, finished_at: string | null,
 *   receipt: string | null, attempts: Run[], attempt_count: number, next_due: string | null, twice: boolean}} FaxRow
 * @typedef {Omit<FaxRow, 'attempts'> & {attempts: Attempt[], tsi_number: string | null, delete_file: boolean,
 *   plan: {msg_code: string, after: string, rule: string}, seq: number}} Fax
 * @typedef {{seq: number, at: string, kind: string, api_key: string | null, fax_job_id: number | null,
 *   message: string, detail: Record<string, any>}} Entry
 * @typedef {{at: string, name: string, fax_job_id: number | null, incoming_fax_id: number | null,
 *   attempt: number | null}} Timer
 * @typedef {{now: string, rate: number, pending: number, next_due: string | null, holds: string[],
 *   next: Timer | null, advancing: boolean}} Clock
 * @typedef {{api_key: string, balance: number, callback_url: string | null, received_fax_url: string | null,
 *   documents: {document_id: number, filename: string, pages: number, size: number, convertible: boolean,
 *   problem: string}[]}} Account
 * @typedef {{part: string, message: string, fax_job_id: number | null, url: string | null}} Finding
 * @typedef {Record<string, string | number | null | undefined>} Query
 * @typedef {{live: boolean, key: string | null, get: (path: string, query?: Query) => Promise<any>,
 *   send: (method: string, path: string, body?: unknown) => Promise<any>, picture: (path: string) => string,
 *   views?: Record<string, (props: any) => any>, tabs?: [string, string, string][]}} Source
 */

export const PREFIX = '/_fakefax';

/** A request that was refused, or (status 0) not answered. */
export class Refused extends Error {
  /** @param {number} status @param {string} message @param {string[]} [problems] */
  constructor(status, message, problems = []) {
    super(message);
    this.status = status;
    this.problems = problems;
  }
}

/** @param {string} path @param {Query} [query] */
export function withQuery(path, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== '');
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return text ? `${path}?${text}` : path;
}

/** The control API of the server that the page came from, for the sandbox of one key. */
export class ServerSource {
  live = true;

  /** @param {string | null} key the api_key, or null for the server's own sandbox */
  constructor(key) {
    this.key = key;
  }

  /** @returns {Record<string, string>} */
  get headers() {
    return this.key === null ? {} : { api_key: this.key };
  }

  /** @param {string} path @param {Query} [query] @returns {Promise<any>} */
  get(path, query) {
    return this.send('GET', withQuery(path, query));
  }

  /** @param {string} method @param {string} path @param {unknown} [body] text is sent as it is
   * @returns {Promise<any>} */
  async send(method, path, body) {
    let response;
    try {
      const sent = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
      response = await fetch(PREFIX + path, { method, headers: this.headers, body: sent, cache: 'no-store' });
    } catch (error) {
      throw new Refused(0, `fakefax does not answer (${error instanceof Error ? error.message : error})`);
    }
    const text = await response.text().catch(() => '');
    const answer = parsed(text);
    if (!response.ok) {
      const message = answer?.message ?? (text.slice(0, 300) || `fakefax answered ${response.status}`);
      throw new Refused(response.status, message, answer?.problems);
    }
    return answer;
  }

  /** The address of a picture; `id` is unique on the server, so no key is in it.
   * @param {string} path @returns {string} */
  picture(path) {
    return PREFIX + path;
  }
}

/** The bundle inside this file if it is a report (../report/source.js has put it there), else the server.
 * @param {string | null} key @returns {Source} */
export function findSource(key) {
  return /** @type {any} */ (globalThis).fakefaxReport ?? new ServerSource(key);
}

/** @param {string} text @returns {any} */
export function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
