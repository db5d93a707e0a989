/** The scenario in force, another one in its place, and where the program is called back. */

import { ServerSource } from './api.js';
import { Card, Code, Trouble, html, useEffect, useState } from './dom.js';
import { act } from './live.js';
import { say } from './notices.js';
import { useQuery } from './queries.js';
import { yaml } from './yaml.js';

export function Scenario() {
  const { data: scenario, error } = useQuery('/scenario', {}, { tags: ['scenario'] });
  return html`<section class="panel" aria-label="Scenario">
    <h1>Scenario</h1>
    <${Trouble} error=${error} />
    <${CallbackUrls} />
    <${Replace} />
    ${scenario && html`<${Card} title="In force"><p>${scenario.description}</p><${Code} label="scenario" text=${yaml(scenario).trimStart()} /><//>`}
  </section>`;
}

/** @type {[string, string, string][]} */
const URLS = [
  ['callback_url', 'Receipts are posted to', 'http://localhost:8000/faxto/callback'],
  ['received_fax_url', 'Received faxes are posted to', 'http://localhost:8000/faxto/received'],
];

function CallbackUrls() {
  const { data: account } = useQuery('/account', {}, { tags: ['account'] });
  if (!account) return null;
  return html`<${Card} title="Callback URLs">
    ${URLS.map(([field, title, example]) => html`<${Url} key=${field} field=${field} title=${title} example=${example} url=${account[field] ?? ''} />`)}
  <//>`;
}

/** @param {{field: string, title: string, example: string, url: string}} props */
function Url({ field, title, example, url }) {
  const [text, setText] = useState(url);
  const [trouble, setTrouble] = useState(/** @type {any} */ (null));
  const [tested, setTested] = useState(/** @type {any} */ (null));
  useEffect(() => setText(url), [url]);
  const attempt = async (/** @type {() => Promise<void>} */ what) => {
    setTested(null);
    try {
      await what();
      setTrouble(null);
    } catch (error) {
      setTrouble(error);
    }
  };
  /** @param {SubmitEvent} event */
  const set = (event) => {
    event.preventDefault();
    void attempt(async () => {
      await act('PATCH', '/account', { [field]: text.trim() || null });
      say(text.trim() ? `${title} ${text.trim()}.` : `${title} nowhere now.`);
    });
  };
  const test = () => void attempt(async () => setTested(await tryOut(field, text.trim())));
  return html`<form class="url" onSubmit=${set}>
    <label>${title}
      <span class="row">
        <input class="grow m" inputmode="url" value=${text} placeholder=${example} autocomplete="off" spellcheck="false"
          onInput=${(/** @type {any} */ event) => setText(event.target.value)} />
        <button type="submit" disabled=${text.trim() === url}>Set</button>
        <button type="button" disabled=${!text.trim()} onClick=${test} title="Posts one made-up callback to this URL; nothing of this sandbox changes">Test</button>
      </span>
    </label>
    <${Trouble} error=${trouble} />
    ${
      tested &&
      html`<p role="status">${
        tested.failure === null
          ? html`<span class="ok">It answered ${tested.status_code} after ${Math.round(tested.latency_ms)} ms: acknowledged.</span>`
          : html`<span class="bad">${tested.failure}</span>`
      }</p>`
    }
  </form>`;
}

/** Post one made-up callback to a URL, from a sandbox that exists only for this.
 * @param {string} field @param {string} url @returns {Promise<any>} the attempt */
async function tryOut(field, url) {
  const { api_key: key } = await act('POST', '/sandboxes', { scenario: 'default', rate: 0, [field]: url });
  const own = new ServerSource(key);
  try {
    let id;
    if (field === 'callback_url') {
      const account = await own.get('/account');
      const order = {
        api_key: key,
        fax_number: '+15005550001',
        document_id: String(account.documents[0].document_id),
      };
      id = (await (await fetch('/api/v2/fax', { method: 'POST', body: new URLSearchParams(order) })).json())
        .fax_job_id;
    } else id = (await own.send('POST', '/incoming-faxes', {})).incoming_fax_id;
    await own.send('POST', '/clock/advance', { by: '1m' });
    const { attempts } = await own.get(field === 'callback_url' ? `/faxes/${id}` : `/incoming-faxes/${id}`);
    if (!attempts.length) throw new Error('Nothing was posted.');
    return attempts[0];
  } finally {
    await own.send('DELETE', '/sandboxes').catch(() => undefined);
  }
}

/** Another scenario: dropped, chosen or typed; checked with line and cure, then put in force. */
function Replace() {
  const [text, setText] = useState('');
  const [name, setName] = useState('');
  const [over, setOver] = useState(false);
  const [checked, setChecked] = useState(/** @type {{text: string, error: any} | null} */ (null));
  const fine = checked !== null && checked.text === text && checked.error === null;
  const check = async (/** @type {string} */ what) => {
    try {
      await act('PUT', '/scenario?check=true', what);
      setChecked({ text: what, error: null });
    } catch (error) {
      setChecked({ text: what, error });
    }
  };
  const take = async (/** @type {File | null | undefined} */ file) => {
    if (!file) return;
    if (file.size > 1000000)
      return setChecked({
        text: '',
        error: new Error(`${file.name} has ${file.size} bytes; a scenario has at most 1 MB.`),
      });
    setName(file.name);
    const read = await file.text();
    setText(read);
    await check(read);
  };
  const put = async () => {
    try {
      const { scenario } = await act('PUT', '/scenario', text);
      say(`In force: ${scenario || name || 'the scenario'}. The sandbox has begun anew.`);
      setText('');
      setChecked(null);
    } catch (error) {
      setChecked({ text, error });
    }
  };
  return html`<section class=${`card drop${over ? ' over' : ''}`} aria-label="Another scenario"
    onDragOver=${(/** @type {DragEvent} */ event) => (event.preventDefault(), setOver(true))}
    onDragLeave=${() => setOver(false)}
    onDrop=${(/** @type {DragEvent} */ event) => {
      event.preventDefault();
      setOver(false);
      void take(event.dataTransfer?.files[0]);
    }}>
    <h2>Another scenario</h2>
    <p class="dim">Drop a YAML file here, choose one, or type. It is checked first; putting it in force begins the sandbox anew.</p>
    <textarea aria-label="Scenario as YAML" rows=${text ? 12 : 4} spellcheck="false" value=${text}
      placeholder=${'faxes:\n  - then: {msg_code: busy}'} onInput=${(/** @type {any} */ event) => setText(event.target.value)}></textarea>
    <div class="row">
      <input type="file" aria-label="Scenario file" accept=".yaml,.yml,.json" onChange=${(/** @type {any} */ event) => void take(event.target.files[0])} />
      <button type="button" disabled=${!text.trim()} onClick=${() => void check(text)}>Check</button>
      <button type="button" class="main" disabled=${!fine} onClick=${() => void put()}>Put in force</button>
      ${fine && html`<span class="ok" role="status">It is right.</span>`}
    </div>
    <${Trouble} error=${checked?.error} />
  </section>`;
}
