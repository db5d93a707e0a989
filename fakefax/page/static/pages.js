/** The pages of a fax as a fax machine would show them: small beside each other, and one large. */

import { Card, html, useState } from './dom.js';
import { Dialog } from './keys.js';
import { live } from './live.js';

const SHOWN = 12;

/** @param {{title: string, path: string, count: number}} props */
export function Pages({ title, path, count }) {
  const [open, setOpen] = useState(/** @type {number | null} */ (null));
  const [all, setAll] = useState(false);
  if (!live.source.live) {
    return html`<${Card} title=${title}><p class="dim">A report has no pictures of pages.</p><//>`;
  }
  const shown = Array.from({ length: all ? count : Math.min(count, SHOWN) }, (_, index) => index + 1);
  return html`<${Card} title=${title} class=${count > 3 ? 'many' : ''}>
    <div class="pages">
      ${shown.map((page) => html`<${Page} key=${`${path}${page}`} path=${path} page=${page} onOpen=${() => setOpen(page)} />`)}
    </div>
    ${count > SHOWN && !all && html`<button type="button" class="link" onClick=${() => setAll(true)}>all ${count} pages</button>`}
    ${
      open !== null &&
      html`<${Dialog} title=${`${title}, page ${open}`} onClose=${() => setOpen(null)} class="picture">
      <img src=${live.source.picture(`${path}/pages/${open}.png`)} alt=${`Page ${open} of ${count}`} />
      <div class="row">
        <button type="button" disabled=${open === 1} onClick=${() => setOpen(open - 1)}>Previous</button>
        <button type="button" disabled=${open === count} onClick=${() => setOpen(open + 1)}>Next</button>
      </div>
    <//>`
    }
  <//>`;
}

/** @param {{path: string, page: number, onOpen: () => void}} props */
function Page({ path, page, onOpen }) {
  const [broken, setBroken] = useState(false);
  if (broken)
    return html`<span class="page none" role="img" aria-label=${`Page ${page} cannot be shown`}>no picture</span>`;
  return html`<button type="button" class="page" aria-label=${`Page ${page}, enlarge`} onClick=${onOpen}>
    <img src=${live.source.picture(`${path}/pages/${page}.png`)} alt="" loading="lazy" onError=${() => setBroken(true)} />
  </button>`;
}
