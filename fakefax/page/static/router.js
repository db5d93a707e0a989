/** Views and their addresses: `/_fakefax/ui/faxes/200?q=is:busy#key=…`; in a file without a server `#/faxes/200?q=…`. */

import { useEffect, useState } from './vendor/hooks.mjs';
import { html } from './dom.js';

const BASE = '/_fakefax/ui/';
const SERVED = location.pathname.startsWith(BASE);

/** @typedef {{view: string, id: string | null, query: URLSearchParams}} Route */
/** @typedef {Record<string, string | number | null | undefined>} Changes */

/** @type {Set<() => void>} */
const listeners = new Set();

/** The api_key in the fragment; null means the server's own sandbox. */
export function keyInAddress() {
  return SERVED ? new URLSearchParams(location.hash.slice(1)).get('key') : null;
}

/** @returns {Route} */
export function route() {
  const [path, query] = SERVED
    ? [location.pathname.slice(BASE.length), location.search.slice(1)]
    : location.hash.replace(/^#\/?/, '').split('?');
  const [view, id] = path.split('/').map(decodeURIComponent);
  return { view: view || 'faxes', id: id || null, query: new URLSearchParams(query ?? '') };
}

/** The address of a view. @param {string} path such as "faxes/200" @param {Changes} [query] */
export function address(path, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== '');
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  const rest = `${path}${text ? `?${text}` : ''}`;
  return SERVED ? `${BASE}${rest}${location.hash}` : `#/${rest}`;
}

/** The query of the address now, with some fields changed. @param {Changes} changes @returns {Changes} */
export function changed(changes) {
  return { ...Object.fromEntries(route().query), ...changes };
}

/** Go to a view. @param {string} path @param {Changes} [query] @param {{replace?: boolean}} [options] */
export function go(path, query, { replace = false } = {}) {
  const to = address(path, query);
  if (replace) history.replaceState(null, '', to);
  else history.pushState(null, '', to);
  for (const listener of listeners) listener();
}

/** Change the query of the address where it is. @param {Changes} changes */
export function adjust(changes) {
  const { view, id } = route();
  go(id === null ? view : `${view}/${encodeURIComponent(id)}`, changed(changes), { replace: true });
}

/** Choose the sandbox of another key, which loads the page anew. @param {string | null} key */
export function chooseKey(key) {
  const hash = key === null ? '' : `#${new URLSearchParams({ key })}`;
  history.pushState(null, '', `${BASE}faxes${hash}`);
  location.reload();
}

export function useRoute() {
  const [now, setNow] = useState(route);
  useEffect(() => {
    const update = () => setNow(route());
    listeners.add(update);
    addEventListener('popstate', update);
    return () => {
      listeners.delete(update);
      removeEventListener('popstate', update);
    };
  }, []);
  return now;
}

addEventListener('hashchange', ({ oldURL, newURL }) => {
  const key = (/** @type {string} */ url) => new URLSearchParams(new URL(url).hash.slice(1)).get('key');
  if (SERVED && key(oldURL) !== key(newURL)) location.reload();
});

/** A link to a view. @param {{to: string, query?: Changes, children?: import('./dom.js').Children} &
 *   Record<string, unknown>} props */
export function Link({ to, query, children, ...rest }) {
  /** @param {MouseEvent} event */
  const follow = (event) => {
    if (event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(to, query);
  };
  return html`<a href=${address(to, query)} ...${rest} onClick=${follow}>${children}</a>`;
}
