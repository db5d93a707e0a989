/** The keyboard: each view says what it does with a key; the newest view that takes one gets it. */

import { html, useEffect, useLayoutEffect, useRef } from './dom.js';

/** @typedef {Record<string, (event: KeyboardEvent) => unknown>} Keys */

/** @type {{current: Keys}[]} */
const stack = [];

document.addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  const target = /** @type {HTMLElement} */ (event.target);
  const typing = target.matches?.('input:not([type=range]), textarea, select, [contenteditable]');
  if (typing && event.key !== 'Escape') return;
  if (document.querySelector('dialog[open]')) return; // a dialog has its own Escape, and nothing behind it moves
  if (typing) return target.blur();
  for (const { current } of [...stack].reverse()) {
    const action = current[event.key];
    if (!action) continue;
    event.preventDefault();
    action(event);
    return;
  }
});

/** Take keys while the component is shown. @param {Keys} keys */
export function useKeys(keys) {
  const held = useRef(keys);
  held.current = keys;
  useLayoutEffect(() => {
    stack.push(held);
    return () => void stack.splice(stack.indexOf(held), 1);
  }, []);
}

/** @type {[string, string][]} */
const HELP = [
  ['/', 'search'],
  ['j  k', 'next, previous row (the arrows scroll)'],
  ['Enter', 'open the row'],
  ['Esc', 'back to the same row'],
  ['r', 'resend the receipt of the open fax'],
  ['n', 'advance to what is due next'],
  [']', 'advance by 15 minutes'],
  ['p', 'stop the clock, or let it go on'],
  ['?', 'this help'],
];

/** A dialog that is open while it is in the page.
 * @param {{title: string, onClose: () => void, children?: import('./dom.js').Children, class?: string}} props */
export function Dialog({ title, onClose, children, class: more }) {
  const ref = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useEffect(() => {
    ref.current?.showModal();
  }, []);
  return html`<dialog
    ref=${ref}
    class=${more}
    aria-label=${title}
    onClose=${onClose}
    onClick=${(/** @type {Event} */ event) => event.target === ref.current && onClose()}
  >
    <div class="dialog">
      <header><h2>${title}</h2><button type="button" aria-label="Close" onClick=${onClose}>✕</button></header>
      ${children}
    </div>
  </dialog>`;
}

/** @param {{onClose: () => void}} props */
export function Help({ onClose }) {
  return html`<${Dialog} title="Keyboard" onClose=${onClose}>
    <dl class="help">
      ${HELP.map(
        ([keys, what]) => html`<div>
          <dt>${keys.split('  ').map((key) => html`<kbd>${key}</kbd> `)}</dt>
          <dd>${what}</dd>
        </div>`,
      )}
    </dl>
  <//>`;
}
