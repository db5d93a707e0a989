/** Faxes that arrived, the attempts at their callbacks, and a form that lets one arrive. */

import { AttemptTable, OneAttempt } from './attempts.js';
import { Card, Chip, Facts, Trouble, html, useState } from './dom.js';
import { counted, fullTime, size } from './format.js';
import { useKeys } from './keys.js';
import { act, live } from './live.js';
import { say } from './notices.js';
import { Pages } from './pages.js';
import { useQuery } from './queries.js';
import { Link, adjust, go } from './router.js';

/** @param {{route: import('./router.js').Route}} props */
export function Received({ route }) {
  const { data, error } = useQuery('/incoming-faxes', {}, { tags: ['received'] });
  const faxes = [...(data?.incoming_faxes ?? [])].reverse();
  const open = faxes.find((/** @type {any} */ fax) => String(fax.incoming_fax_id) === route.id);
  useKeys({ Escape: () => go('received') });
  return html`<section class="panel" aria-label="Received faxes">
    <h1>Received</h1>
    <${Trouble} error=${error} />
    ${live.source.live && html`<${Arrive} />`}
    ${data && !faxes.length && html`<p class="dim">No fax has arrived yet.</p>`}
    ${
      faxes.length > 0 &&
      html`<div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">fax</th><th scope="col">from</th><th scope="col">to</th>
            <th scope="col" class="wide">file</th><th scope="col" class="num">pages</th>
            <th scope="col" class="wide">arrived</th><th scope="col">callback</th>
          </tr>
        </thead>
        <tbody>
          ${faxes.slice(0, 200).map(
            (/** @type {any} */ fax) => html`<tr key=${fax.incoming_fax_id} class=${fax === open ? 'on' : ''}>
              <td class="m"><${Link} to=${`received/${fax.incoming_fax_id}`}>${fax.incoming_fax_id}<//></td>
              <td class="m cut">${fax.sender}</td>
              <td class="m cut">${fax.number}</td>
              <td class="cut wide">${fax.filename} <span class="dim">${size(fax.size)}</span></td>
              <td class="num">${fax.pages}</td>
              <td class="m wide">${fullTime(fax.received_at)}</td>
              <td><${Callback} fax=${fax} /></td>
            </tr>`,
          )}
        </tbody>
      </table>
    </div>`
    }
    ${faxes.length > 200 && html`<p class="dim">Only the newest 200 of ${counted(faxes.length, 'fax', 'faxes')} are shown.</p>`}
    ${open && html`<${Detail} fax=${open} route=${route} />`}
  </section>`;
}

/** @param {{fax: any}} props */
function Callback({ fax }) {
  if (!fax.arrived) return html`<${Chip} kind="wait">on its way<//>`;
  const state = fax.callback ?? 'none';
  const kind = { acknowledged: 'ok', pending: 'wait', expired: 'bad' }[/** @type {string} */ (state)] ?? 'none';
  return html`<${Chip} kind=${kind}>${state.replace('_', ' ')}<//>`;
}

/** @param {{fax: any, route: import('./router.js').Route}} props */
function Detail({ fax, route }) {
  const path = `/incoming-faxes/${fax.incoming_fax_id}`;
  const chosen = Number(route.query.get('attempt')) || null;
  const open = fax.attempts.find((/** @type {any} */ { attempt }) => attempt === chosen);
  const resend = async () => {
    try {
      await act('POST', `${path}/resend`);
      say(`The callback of received fax ${fax.incoming_fax_id} is posted once more.`);
    } catch (error) {
      say(/** @type {Error} */ (error).message, { bad: true });
    }
  };
  useKeys(live.source.live ? { r: resend } : {});
  return html`<div class="inner">
    <h2 class="big">Received fax ${fax.incoming_fax_id} <span class="m dim">from ${fax.sender}</span></h2>
    ${live.source.live && html`<div class="acts"><button type="button" onClick=${resend}>Resend <kbd aria-hidden="true">r</kbd></button></div>`}
    <div class="cards">
      ${fax.arrived && html`<${Pages} title=${`${fax.filename} · ${counted(fax.pages, 'page')}`} path=${path} count=${fax.pages} />`}
      <${Card} title="The call">
        <${Facts}
          pairs=${[
            ['rsid', fax.rsid],
            ['speed', `${fax.speed} bit/s`],
            ['duration', `${fax.duration} s`],
            ['ecm', fax.ecm],
            ['compression', fax.compression],
            ['uuid', html`<span class="m break">${fax.uuid}</span>`],
          ]}
        />
      <//>
    </div>
    ${
      fax.attempts.length > 0 &&
      html`<${Card} title="Attempts">
      <${AttemptTable} attempts=${fax.attempts} chosen=${chosen} onChoose=${(/** @type {any} */ attempt) => adjust({ attempt })} />
    <//>`
    }
    ${open && html`<${OneAttempt} path=${path} attempt=${open} />`}
  </div>`;
}

/** Let a fax arrive: from, to, a text or a dropped file. */
function Arrive() {
  const [trouble, setTrouble] = useState(/** @type {any} */ (null));
  const [file, setFile] = useState(/** @type {File | null} */ (null));
  const [over, setOver] = useState(false);
  /** @param {SubmitEvent} event */
  async function send(event) {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.target);
    const given = Object.fromEntries(
      [...new FormData(form)].filter(([, value]) => typeof value === 'string' && value !== ''),
    );
    if (given.pages) given.pages = /** @type {any} */ (Number(given.pages));
    try {
      const sent = file ? { ...given, document: await base64(file), filename: file.name } : given;
      const fax = await act('POST', '/incoming-faxes', sent);
      say(`Fax ${fax.incoming_fax_id} ${fax.arrived ? 'has arrived' : 'is on its way'}.`);
      setTrouble(null);
      setFile(null);
      form.reset();
    } catch (error) {
      setTrouble(error);
    }
  }
  /** @param {DragEvent} event */
  const dropped = (event) => {
    event.preventDefault();
    setOver(false);
    setFile(event.dataTransfer?.files[0] ?? null);
  };
  return html`<form
    class=${`card drop${over ? ' over' : ''}`}
    aria-label="Let a fax arrive"
    onSubmit=${send}
    onDragOver=${(/** @type {DragEvent} */ event) => (event.preventDefault(), setOver(true))}
    onDragLeave=${() => setOver(false)}
    onDrop=${dropped}
  >
    <h2>Let a fax arrive</h2>
    <div class="row fields">
      <label>from <input name="from" placeholder="made up" autocomplete="off" /></label>
      <label>to <input name="to" placeholder="the first number" autocomplete="off" /></label>
      <label>in <input name="after" class="short" placeholder="now" autocomplete="off" /></label>
      ${!file && html`<label>pages <input name="pages" class="short" inputmode="numeric" placeholder="1" autocomplete="off" /></label>`}
      ${!file && html`<label class="grow">text <input name="text" placeholder="a made-up letter" autocomplete="off" /></label>`}
      <label>file
        <input type="file" onChange=${(/** @type {any} */ event) => setFile(event.target.files[0] ?? null)} />
      </label>
      <button type="submit" class="main">Let it arrive</button>
    </div>
    <p class="dim">${file ? html`${file.name}, ${size(file.size)} <button type="button" class="link" onClick=${() => setFile(null)}>without it</button>` : 'Or drop a PDF, a TIFF or a text file here.'}</p>
    <${Trouble} error=${trouble} />
  </form>`;
}

/** @param {File} file @returns {Promise<string>} */
async function base64(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = '';
  for (let begin = 0; begin < bytes.length; begin += 32768)
    text += String.fromCharCode(...bytes.subarray(begin, begin + 32768));
  return btoa(text);
}
