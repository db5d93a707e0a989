/** Times, spans, amounts and outcomes as people read them. Simulated time is shown in UTC, as the API has it. */

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** @param {number} value */
const two = (value) => String(value).padStart(2, '0');

/** "09:31:12". @param {string | number | Date} at */
export function clockTime(at) {
  const time = new Date(at);
  return `${two(time.getUTCHours())}:${two(time.getUTCMinutes())}:${two(time.getUTCSeconds())}`;
}

/** "Mon 5 Jan 09:31:12". @param {string | number | Date} at */
export function fullTime(at) {
  const time = new Date(at);
  return `${DAYS[time.getUTCDay()]} ${time.getUTCDate()} ${MONTHS[time.getUTCMonth()]} ${clockTime(at)}`;
}

/** The time of day, with the day when it is another one than `beside`.
 * @param {string | number | Date} at @param {string | number | Date} beside */
export function shortTime(at, beside) {
  const [day, other] = [at, beside].map((each) => Math.floor(Date.parse(new Date(each).toISOString()) / 86400000));
  if (day === other) return clockTime(at);
  return Math.abs(day - other) < 6 ? `${DAYS[new Date(at).getUTCDay()]} ${clockTime(at)}` : fullTime(at);
}

/** "14 min", "1 h 5 min", "2 d", "30 s". @param {number} ms */
export function span(ms) {
  const seconds = Math.round(Math.abs(ms) / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 && minutes < 10 ? `${minutes} min ${seconds % 60} s` : `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours <= 48) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  return hours % 24 ? `${Math.floor(hours / 24)} d ${hours % 24} h` : `${hours / 24} d`;
}

/** Milliseconds of a span as the API writes it: "15m", "1h30m", "45s". @param {string} text */
export function parseSpan(text) {
  const units = { d: 86400000, h: 3600000, m: 60000, s: 1000, ms: 1 };
  let sum = 0;
  for (const [, count, unit] of text.matchAll(/([\d.]+)\s*(ms|[dhms])/g)) {
    sum += Number(count) * units[/** @type {keyof typeof units} */ (unit)];
  }
  return sum;
}

/** "0.15", "100.00". @param {number | string} amount */
export function money(amount) {
  const value = Number(amount);
  return Math.abs(value * 100 - Math.round(value * 100)) < 1e-7 ? value.toFixed(2) : String(value);
}

/** "1 fax", "2 faxes". @param {number} count @param {string} one @param {string} [many] */
export function counted(count, one, many = `${one}s`) {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}

/** A file's size. @param {number} bytes */
export function size(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1000000 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1000000).toFixed(1)} MB`;
}

/** Enough of a key to tell it from others. @param {string} key */
export const shortKey = (key) => (key.length > 8 ? `${key.slice(0, 6)}…` : key);

/** The outcome of a fax as a word and the kind of chip it gets.
 * @param {{status: string, msg_code: string | null}} fax @returns {[string, string]} */
export function outcome({ status, msg_code }) {
  if (msg_code === null || status === 'executed') return ['sending', 'wait'];
  return [msg_code, msg_code === 'ok' ? 'ok' : 'bad'];
}

/** The reason of a failed attempt in one or two words, for names of ticks. @param {string | null} failure */
export function briefly(failure) {
  if (failure === null) return 'acknowledged';
  if (/refused/i.test(failure)) return 'refused';
  if (/time[d ]*out|took longer|no answer/i.test(failure)) return 'no answer in time';
  const status = /\b([1-5]\d\d)\b/.exec(failure);
  return status ? `answered ${status[1]}` : failure.length > 40 ? `${failure.slice(0, 39)}…` : failure;
}
