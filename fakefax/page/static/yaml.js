/** Plain data as YAML to read; what is unusual is quoted as JSON, which is YAML too. */

/** @param {unknown} value @param {number} [depth] @returns {string} */
export function yaml(value, depth = 0) {
  const pad = '  '.repeat(depth);
  if (Array.isArray(value)) {
    if (!value.length) return ' []\n';
    return `\n${value.map((each) => `${pad}-${inItem(each, depth)}`).join('')}`;
  }
  if (value !== null && typeof value === 'object') {
    const fields = Object.entries(value).filter(([, each]) => each !== null);
    if (!fields.length) return ' {}\n';
    return `\n${fields.map(([name, each]) => `${pad}${scalar(name)}:${yaml(each, depth + 1)}`).join('')}`;
  }
  return ` ${scalar(value)}\n`;
}

/** A mapping in a list begins behind the dash. @param {unknown} value @param {number} depth */
function inItem(value, depth) {
  const text = yaml(value, depth + 1);
  return text.startsWith('\n') ? ` ${text.slice(1).trimStart()}` : text;
}

/** @param {unknown} value */
function scalar(value) {
  if (typeof value !== 'string') return JSON.stringify(value);
  const plain =
    /^[A-Za-z_/][\w ./@-]*$/.test(value) &&
    value.trim() === value &&
    !/^(y|n|yes|no|on|off|true|false|null)$/i.test(value);
  return plain ? value : JSON.stringify(value);
}
