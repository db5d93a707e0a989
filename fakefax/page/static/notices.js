/** Short sentences for the reader: shown for a while, and read out by the one polite live region. */

/** @typedef {{text: string, bad: boolean, action?: {label: string, run: () => void}}} Notice */

/** @type {Notice | null} */
let current = null;
let timer = 0;
/** @type {Set<() => void>} */
const listeners = new Set();

/** Show a sentence. @param {string} text @param {{bad?: boolean, action?: Notice['action']}} [options] */
export function say(text, { bad = false, action } = {}) {
  current = { text, bad, action };
  clearTimeout(timer);
  timer = window.setTimeout(unsay, bad ? 12000 : 6000);
  for (const listener of listeners) listener();
}

/** Take the sentence away. */
export function unsay() {
  current = null;
  for (const listener of listeners) listener();
}

/** The sentence that is shown now, if any. */
export const said = () => current;

/** @param {() => void} listener @returns {() => void} */
export function onSaid(listener) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}
