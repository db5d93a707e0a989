/** What every component needs: templates, hooks, and a few small components. */

import { Fragment, h, render } from './vendor/preact.mjs';
import htm from './vendor/htm.mjs';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from './vendor/hooks.mjs';
import { say } from './notices.js';

export { Fragment, h, render, useEffect, useLayoutEffect, useMemo, useRef, useState };

/** Templates; whatever stands in `${}` is escaped, because it becomes a text node or an attribute. */
export const html = htm.bind(h);

/** @typedef {import('preact').ComponentChildren} Children */

/** A card with a heading. @param {{title?: Children, children?: Children, class?: string, label?: string}} props */
export function Card({ title, children, class: more = '', label }) {
  return html`<section class="card ${more}" aria-label=${label ?? (typeof title === 'string' ? title : undefined)}>
    ${title && html`<h2>${title}</h2>`} ${children}
  </section>`;
}

/** A state in words with a mark whose shape differs too, so that colour is never alone.
 * @param {{kind: string, children?: Children, title?: string}} props */
export function Chip({ kind, children, title }) {
  return html`<span class="chip ${kind}" title=${title}>${children}</span>`;
}

/** @param {{text: string, label?: string, children?: Children, class?: string}} props */
export function CopyButton({ text, label, children, class: more }) {
  return html`<button
    type="button"
    class=${more}
    aria-label=${label}
    onClick=${async () => say((await copy(text)) ? 'Copied.' : 'The browser did not let the page copy.')}
  >
    ${children ?? 'Copy'}
  </button>`;
}

/** @param {string} text */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** Preformatted text with a button that copies it. @param {{text: string, label: string}} props */
export function Code({ text, label }) {
  return html`<div class="code">
    <pre tabindex="0" aria-label=${label}>${text}</pre>
    <${CopyButton} text=${text} label=${`Copy ${label}`} />
  </div>`;
}

/** What went wrong, with each problem on a line of its own.
 * @param {{error?: {message: string, problems?: string[]} | null}} props */
export function Trouble({ error }) {
  if (!error) return null;
  const lines = error.problems?.length ? error.problems : [error.message];
  return html`<div class="trouble" role="alert">${lines.map((line) => html`<p>${line}</p>`)}</div>`;
}

/** Pairs of names and values as a list. @param {{pairs: [string, Children][]}} props */
export function Facts({ pairs }) {
  return html`<dl class="facts">
    ${pairs.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}
  </dl>`;
}
