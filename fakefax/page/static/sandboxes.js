/** The sandbox picker: which sandbox is shown, all others, a new one, and the token of a server that wants one. */

import { ServerSource } from './api.js';
import { Trouble, html, useState } from './dom.js';
import { counted, fullTime, shortKey } from './format.js';
import { Dialog } from './keys.js';
import { act, live, useLive } from './live.js';
import { say } from './notices.js';
import { useQuery } from './queries.js';
import { chooseKey, keyInAddress } from './router.js';

export function SandboxPicker() {
  const [open, setOpen] = useState(false);
  const key = useLive(({ keys }) => keyInAddress() ?? keys[0] ?? '');
  return html`<button type="button" class="picker" aria-haspopup="dialog" onClick=${() => setOpen(true)}>
      <span class="m">${shortKey(key) || 'sandbox'}</span> <span aria-hidden="true">▾</span>
      <span class="hidden">, choose a sandbox</span>
    </button>
    ${open && html`<${Picker} onClose=${() => setOpen(false)} />`}`;
}

/** @param {{onClose: () => void}} props */
function Picker({ onClose }) {
  const [after, setAfter] = useState(/** @type {string | undefined} */ (undefined));
  const { data, error } = useQuery('/sandboxes', { limit: 50, after });
  const [trouble, setTrouble] = useState(/** @type {any} */ (null));
  const now = useLive(({ keys }) => keyInAddress() ?? keys[0]);

  async function create() {
    try {
      chooseKey((await act('POST', '/sandboxes', { kept: true })).api_key);
    } catch (refused) {
      setTrouble(refused);
    }
  }
  /** @param {string} key */
  async function remove(key) {
    try {
      await new ServerSource(key).send('DELETE', '/sandboxes');
      say(`The sandbox of ${key} is gone.`);
      live.queries.asked.clear();
      setAfter(after === undefined ? '' : undefined);
    } catch (refused) {
      setTrouble(refused);
    }
  }
  /** @param {SubmitEvent} event */
  function byKey(event) {
    event.preventDefault();
    const key = new FormData(/** @type {HTMLFormElement} */ (event.target)).get('key');
    if (key) chooseKey(String(key));
  }
  return html`<${Dialog} title="Sandboxes" onClose=${onClose} class="wide">
    <${Trouble} error=${trouble ?? error} />
    <div class="scroll">
      <table>
        <thead>
          <tr><th>key</th><th>scenario</th><th class="num">entries</th><th>simulated time</th><td></td></tr>
        </thead>
        <tbody>
          ${(data?.sandboxes ?? []).map(
            (
              /** @type {any} */ each,
            ) => html`<tr key=${each.api_key} class=${each.api_keys.includes(now) ? 'on' : ''}>
              <td>
                <button
                  type="button"
                  class="link m"
                  onClick=${() => chooseKey(each.first ? null : each.api_key)}
                >
                  ${each.api_key}
                </button>
                ${each.first && html` <span class="dim">the server's own</span>`}
              </td>
              <td class="cut">${each.scenario}</td>
              <td class="num">${each.last_seq}</td>
              <td class="m">${fullTime(each.now)}</td>
              <td>
                ${
                  !each.first &&
                  html`<button type="button" aria-label=${`Delete the sandbox of ${each.api_key}`}
                  onClick=${() => void remove(each.api_key)}>Delete</button>`
                }
              </td>
            </tr>`,
          )}
        </tbody>
      </table>
    </div>
    <div class="row">
      ${data && html`<span class="dim">${counted(data.total, 'sandbox', 'sandboxes')}</span>`}
      ${after && html`<button type="button" onClick=${() => setAfter(undefined)}>First</button>`}
      ${
        data?.more &&
        html`<button type="button" onClick=${() => setAfter(data.sandboxes[data.sandboxes.length - 1].api_key)}>
        More
      </button>`
      }
      <span class="grow"></span>
      <form onSubmit=${byKey} class="row">
        <input name="key" aria-label="The api_key of a sandbox" placeholder="api_key" autocomplete="off" />
        <button type="submit">Open</button>
      </form>
      <button type="button" onClick=${create}>New sandbox</button>
    </div>
  <//>`;
}

/** Asks for the control token, and keeps it in a cookie that scripts cannot read. */
export function TokenForm() {
  const [trouble, setTrouble] = useState(/** @type {any} */ (null));
  /** @param {SubmitEvent} event */
  async function send(event) {
    event.preventDefault();
    const token = new FormData(/** @type {HTMLFormElement} */ (event.target)).get('token');
    try {
      await act('POST', '/session', { token });
      location.reload();
    } catch (refused) {
      setTrouble(refused);
    }
  }
  return html`<form class="card begin" onSubmit=${send}>
    <h1>This server wants its control token</h1>
    <p>It is what <code>--control-token</code> or <code>FAKEFAX_CONTROL_TOKEN</code> said when it was started.</p>
    <div class="row">
      <input type="password" name="token" aria-label="Control token" autocomplete="off" />
      <button class="main" type="submit">Open</button>
    </div>
    <${Trouble} error=${trouble} />
  </form>`;
}
