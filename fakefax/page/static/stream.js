/** The stream of the journal: server-sent events over fetch, which can send the key in a header and see the status.
 *
 * It resumes after the last entry it has seen, is closed while the tab is hidden, and goes on when it is shown again.
 */

import { PREFIX, parsed, withQuery } from './api.js';

/** @typedef {{onEvent: (name: string, data: any) => void, onState: (state: StreamState) => void,
 *   position: () => {after: number | null, journal: string | null}}} Handlers */
/** @typedef {'connecting' | 'live' | 'lost' | 'hidden' | 'gone' | 'token' | 'crowded'} StreamState */

const SHORTEST_WAIT = 300;
const LONGEST_WAIT = 4000;
const SILENCE = 40000; // the server says something every 15 seconds

/** Open the stream and keep it open. @param {Record<string, string>} headers @param {Handlers} handlers
 * @returns {() => void} what closes it for good */
export function openStream(headers, { onEvent, onState, position }) {
  /** @type {AbortController | null} */
  let current = null;
  let wait = SHORTEST_WAIT;
  let timer = 0;
  let closed = false;

  async function connect() {
    if (closed || current) return;
    if (document.hidden) return onState('hidden');
    const controller = (current = new AbortController());
    let next = /** @type {StreamState} */ ('lost');
    try {
      const response = await fetch(PREFIX + withQuery('/events', position()), {
        headers: { ...headers, accept: 'text/event-stream' },
        cache: 'no-store',
        signal: controller.signal,
      });
      if (response.ok && response.body) {
        onState('live');
        await read(response.body, controller, (name, data) => {
          wait = SHORTEST_WAIT;
          if (name === 'gone') next = 'gone';
          onEvent(name, data);
        });
      } else {
        await response.body?.cancel();
        next = ends(response.status);
      }
    } catch {
      // The server is not there, or the reader has left: both are told by the state.
    }
    if (current !== controller) return;
    current = null;
    if (closed) return;
    onState(next);
    if (next === 'gone' || next === 'token') return;
    timer = window.setTimeout(connect, next === 'crowded' ? LONGEST_WAIT : wait);
    wait = Math.min(wait * 2, LONGEST_WAIT);
  }

  function leave() {
    clearTimeout(timer);
    const controller = current;
    current = null;
    controller?.abort();
  }

  function shownOrHidden() {
    if (document.hidden) {
      leave();
      onState('hidden');
    } else if (!current) {
      wait = SHORTEST_WAIT;
      clearTimeout(timer);
      void connect();
    }
  }

  document.addEventListener('visibilitychange', shownOrHidden);
  addEventListener('pagehide', leave);
  addEventListener('pageshow', shownOrHidden);
  void connect();
  return () => {
    closed = true;
    leave();
    document.removeEventListener('visibilitychange', shownOrHidden);
    removeEventListener('pagehide', leave);
    removeEventListener('pageshow', shownOrHidden);
  };
}

/** What a refused connection means. @param {number} status @returns {StreamState} */
function ends(status) {
  if (status === 404) return 'gone';
  if (status === 401) return 'token';
  return status === 409 ? 'crowded' : 'lost';
}

/** Read events until the stream ends; a stream that says nothing for long is given up.
 * @param {ReadableStream<Uint8Array>} body @param {AbortController} controller
 * @param {(name: string, data: any) => void} onEvent */
async function read(body, controller, onEvent) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  let watchdog = window.setTimeout(() => controller.abort(), SILENCE);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(watchdog);
      watchdog = window.setTimeout(() => controller.abort(), SILENCE);
      const blocks = (rest + decoder.decode(value, { stream: true })).split(/\r?\n\r?\n/);
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const event = parseEvent(block);
        if (event) onEvent(event.name, event.data);
      }
    }
  } finally {
    clearTimeout(watchdog);
  }
}

/** One event of its lines; null for comments. @param {string} block */
export function parseEvent(block) {
  let name = 'message';
  let data = '';
  for (const line of block.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon === -1) continue;
    const value = line.slice(colon + 1).replace(/^ /, '');
    if (line.startsWith('event:')) name = value;
    else if (line.startsWith('data:')) data += value;
  }
  return data ? { name, data: parsed(data) } : null;
}
