/** The search of faxes in a report: the grammar of the server, but for times. */

import { Refused } from '../static/api.js';

/** @typedef {(fax: any) => boolean} Test */

/** @param {string} pattern @returns {(text: unknown) => boolean} */
function wildcard(pattern) {
  const parts = pattern
    .toLowerCase()
    .split('*')
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  const whole = new RegExp(`^${parts.join('.*')}$`);
  return (text) => whole.test(String(text ?? '').toLowerCase());
}

/** @param {any} fax */
function states(fax) {
  const pending = fax.receipt === null || fax.receipt === 'pending';
  const unacknowledged = fax.attempts.length && fax.receipt !== 'acknowledged';
  const found = [fax.status, fax.msg_code, pending ? 'pending' : fax.receipt];
  return [...found, unacknowledged && 'unacknowledged', fax.twice && 'twice'];
}

/** @param {string} value @param {(fax: any) => number} look @returns {Test} */
function number(value, look) {
  const [, sign, text] = /^(>=|<=|>|<|)(\d+(?:\.\d+)?)$/.exec(value) ?? [];
  if (!text) throw new Refused(400, `${value} is not a number or a condition such as >1`);
  const wanted = Number(text);
  /** @type {Record<string, Test>} */
  const tests = {
    '>=': (fax) => look(fax) >= wanted,
    '<=': (fax) => look(fax) <= wanted,
    '>': (fax) => look(fax) > wanted,
    '<': (fax) => look(fax) < wanted,
    '': (fax) => look(fax) === wanted,
  };
  return tests[sign];
}

/** @type {Record<string, (value: string) => Test>} */
const TERMS = {
  to: (value) => {
    const fits = wildcard(/^[*+]/.test(value) ? value : `+${value}`);
    return (fax) => fits(fax.fax_number);
  },
  id: (value) => (fax) => String(fax.fax_job_id) === value,
  doc: (value) => (fax) => String(fax.document_id) === value,
  file: (value) => (fax) => wildcard(value)(fax.filename),
  from: (value) => (fax) => wildcard(value)(fax.tsi_number),
  is: (value) => (fax) => states(fax).includes(value.toLowerCase()),
  rule: (value) => (fax) => wildcard(`*${value}*`)(fax.plan.rule),
  code: (value) => (fax) =>
    fax.msg_code === value || fax.attempts.some((/** @type {any} */ each) => wildcard(value)(each.status_code)),
  cost: (value) => number(value, (fax) => fax.cost),
  pages: (value) => number(value, (fax) => fax.pages),
  attempts: (value) => number(value, (fax) => fax.attempt_count),
};

/** What tells the faxes that a query means. @param {string} query @returns {Test} */
export function fitting(query) {
  const terms = (query.match(/(?:[^\s"]|"[^"]*")+/g) ?? []).map((word) => {
    const negated = word.startsWith('-') && word.length > 1;
    const [, name, rest] = /^([a-z]+):(.*)$/i.exec(word.slice(negated ? 1 : 0)) ?? [];
    const plain = (/** @type {string} */ text) => text.replaceAll('"', '');
    if (!name) {
      const fits = wildcard(`*${plain(word.slice(negated ? 1 : 0))}*`);
      return (/** @type {any} */ fax) =>
        [fax.fax_job_id, fax.fax_number, fax.filename, fax.plan.rule].some(fits) !== negated;
    }
    const make = TERMS[name.toLowerCase()];
    if (!make)
      throw new Refused(400, `a report cannot be searched by ${name}:; it can by ${Object.keys(TERMS).join(', ')}`);
    const tests = rest.split('|').map((value) => make(plain(value)));
    return (/** @type {any} */ fax) => tests.some((test) => test(fax)) !== negated;
  });
  return (fax) => terms.every((term) => term(fax));
}
