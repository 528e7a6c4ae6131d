// Runs the test suite, checks docs/compatibility.md against what passed, and closes with one plain line of counts.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { checkCompatibility } from './check-compatibility.mjs';

const report = '.cache/test-report.json';
mkdirSync('.cache', { recursive: true });
rmSync(report, { force: true });
const vitest = spawnSync(
  process.execPath,
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...process.argv.slice(2),
  ],
  { stdio: 'inherit' },
);
const results = JSON.parse(readFileSync(report, 'utf8'));
const tests = results.testResults.flatMap((file) => file.assertionResults);
const problems =
  process.argv.length > 2
    ? []
    : checkCompatibility(readFileSync('docs/compatibility.md', 'utf8'), results.testResults);
for (const problem of problems) console.error(`compatibility: ${problem}`);

const count = (status) => tests.filter((test) => test.status === status).length;
const failedFiles = results.testResults.filter(
  (file) => file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed'),
).length;
console.log(
  `${count('passed')} passed, ${count('failed') + failedFiles + problems.length} failed, ${tests.length - count('passed') - count('failed')} skipped`,
);
process.exit(vitest.status !== 0 || problems.length > 0 ? 1 : 0);
