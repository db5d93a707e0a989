/** The page: the clock bar, the views by their address, and the sentences that tell what has happened. */

import { WhyNothingCame } from './begin.js';
import { ClockBar } from './clock_bar.js';
import { Fragment, html, render, useEffect, useState } from './dom.js';
import { FaxDetail } from './fax.js';
import { AsOf, FaxList } from './faxes.js';
import { money } from './format.js';
import { Journal } from './journal.js';
import { Help, useKeys } from './keys.js';
import { live, useLive } from './live.js';
import { Money } from './money.js';
import { NextFax } from './next_fax.js';
import { onSaid, said, unsay } from './notices.js';
import { Problems } from './problems.js';
import { useQuery } from './queries.js';
import { Received } from './received.js';
import { Link, useRoute } from './router.js';
import { TokenForm } from './sandboxes.js';
import { Scenario } from './scenario.js';

/** @type {Record<string, ((props: any) => any) | undefined>} */
const VIEWS = {
  received: Received,
  next: NextFax,
  money: Money,
  journal: Journal,
  problems: Problems,
  scenario: Scenario,
  ...live.source.views,
};

/** Views that are only about what can be changed. */
const CHANGING = new Set(['next', 'scenario']);

function App() {
  const route = useRoute();
  const [help, setHelp] = useState(false);
  const connection = useLive((known) => known.connection);
  const epoch = useLive((known) => known.epoch);
  useKeys({ '?': () => setHelp(true) });
  const asOf = route.query.get('as_of');
  const View = VIEWS[route.view];
  return html`<${ClockBar} />
    <${Tabs} view=${route.view} />
    <${Gone} />
    ${asOf && route.view === 'faxes' && html`<${AsOf} asOf=${asOf} />`}
    <main key=${epoch > 1 ? epoch : 1} class=${View ? 'one' : route.id ? 'both' : 'both only-list'}>
      ${
        connection === 'token'
          ? html`<${TokenForm} />`
          : View
            ? html`<${View} route=${route} />`
            : html`<${FaxList} route=${route} />
              ${route.id ? html`<${FaxDetail} key=${route.id} route=${route} />` : html`<${NoFax} />`}`
      }
    </main>
    <${Notices} />
    ${help && html`<${Help} onClose=${() => setHelp(false)} />`}`;
}

function NoFax() {
  return html`<aside class="detail nothing"><${WhyNothingCame} /><p class="dim">Choose a fax: <kbd>j</kbd> <kbd>k</kbd> <kbd>Enter</kbd></p></aside>`;
}

/** @param {{view: string}} props */
function Tabs({ view }) {
  const { data: faxes } = useQuery(
    '/faxes',
    { fields: 'fax_job_id', limit: 0 },
    { tags: ['faxes'], patient: true },
  );
  const { data: received } = useQuery('/incoming-faxes', {}, { tags: ['received'], patient: true });
  const { data: account } = useQuery('/account', {}, { tags: ['account'] });
  const { data: verdict } = useQuery('/verdict', {}, { tags: ['verdict'], patient: true });
  const problems = verdict?.findings.length ?? 0;
  useBadge(problems);
  /** @type {[string, string, any][]} */
  const tabs = [
    ['faxes', 'Faxes', faxes?.total],
    ['received', 'Received', received?.incoming_faxes.length || ''],
    ['next', 'Next fax…', ''],
    ['money', 'Money', account && money(account.balance)],
    ['journal', 'Journal', ''],
    ['problems', 'Problems', problems ? html`<span class="badge">${problems}</span>` : ''],
    ['scenario', 'Scenario', ''],
  ];
  const shown = live.source.live
    ? tabs
    : [...(live.source.tabs ?? []), ...tabs.filter(([name]) => !CHANGING.has(name))];
  const current = VIEWS[view] ? view : 'faxes';
  useEffect(() => {
    document.querySelector('.tabs [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [current]);
  return html`<nav class="tabs" aria-label="Views">
    ${shown.map(
      ([
        name,
        title,
        more,
      ]) => html`<${Link} key=${name} to=${name} aria-current=${name === current ? 'page' : undefined}>
        ${title} ${more !== '' && more !== undefined && html`<span class="dim">${more}</span>`}
      <//>`,
    )}
  </nav>`;
}

/** The number of problems in the title and in the icon. @param {number} count */
function useBadge(count) {
  useEffect(() => {
    document.title = count ? `(${count}) fakefax` : 'fakefax';
    const icon = /** @type {HTMLLinkElement | null} */ (document.querySelector('link[rel=icon]'));
    if (icon) icon.href = icon.href.replace(/%23[0-9a-f]{6}/, count ? '%23b3261e' : '%232456c9');
  }, [count]);
}

function Gone() {
  const connection = useLive((known) => known.connection);
  const reason = useLive((known) => known.goneBecause);
  if (connection === 'gone') {
    return html`<div class="strip bad" role="alert">
      This sandbox is not there any more${reason && `: ${reason}`}. What is shown is what the page last knew.
      <button type="button" onClick=${() => location.assign('/_fakefax/ui/faxes')}>Open the server's own</button>
    </div>`;
  }
  if (connection !== 'lost') return null;
  return html`<div class="strip bad" role="alert">fakefax does not answer. The page tries again, and catches up by itself.</div>`;
}

/** The one live region; it is polite. */
function Notices() {
  const [notice, setNotice] = useState(said);
  useEffect(() => onSaid(() => setNotice(said())), []);
  const run = () => {
    notice?.action?.run();
    unsay();
  };
  return html`<${Fragment}>
    <div class=${notice ? `notice${notice.bad ? ' bad' : ''}` : 'notice empty'}>
      <div role="status" aria-live="polite">${notice?.text}</div>
      ${notice?.action && html`<button type="button" onClick=${run}>${notice.action.label}</button>`}
      ${notice && html`<button type="button" class="link" aria-label="Dismiss" onClick=${unsay}>✕</button>`}
    </div>
  <//>`;
}

live.open();
render(html`<${App} />`, /** @type {HTMLElement} */ (document.getElementById('app')));
