import { listOf } from '../lib/arguments.mjs';
import { compare, comparisonTable, measurementOf } from '../lib/comparison.mjs';
import { describeEnvironment, environmentLines, noteLoad } from '../lib/environment.mjs';
import { awaitedSlices, inlineSlices } from '../lib/time-slice.mjs';
import { ALGORITHM_NAMES } from '../workload/jwt-algorithms.mjs';
import { createJwtWorkload } from '../workload/jwt-workload.mjs';

const PACKAGES = ['countersign', 'fast-jwt', 'jose', 'jsonwebtoken'];
const REFERENCES = ['bound: bytes', 'bound: token', 'fast-jwt'];
const TOKENS = { full: 500, quick: 20 };

export const JWT_OPTIONS = {
  algorithms: {
    help: `some of ${ALGORITHM_NAMES.join(',')}`,
    value: 'A,B',
    initial: ALGORITHM_NAMES.join(','),
    read: listOf(ALGORITHM_NAMES),
  },
};

/**
 * @typedef {import('../contenders/contender.mjs').Prepared & { name: string, items: readonly unknown[] }} Candidate
 */

/**
 * One table an algorithm, printed when all are done (progress goes to stderr meanwhile).
 * @param {object} plan
 * @param {string} plan.name
 * @param {string} plan.title
 * @param {any} plan.options
 * @param {(workload: import('../workload/jwt-workload.mjs').JwtWorkload) => Promise<Candidate[]>} plan.prepare
 * contenders that were checked
 */
export async function compareByAlgorithm({ name, title, options, prepare }) {
  const { algorithms, concurrency = 1, quick = false, json = false } = options;
  const measurement = measurementOf(options);
  const environment = describeEnvironment(PACKAGES);
  const results = [];
  for (const [index, algorithm] of algorithms.entries()) {
    console.error(`${name} ${algorithm} (${index + 1} of ${algorithms.length})`);
    const workload = createJwtWorkload(algorithm, quick ? TOKENS.quick : TOKENS.full);
    const candidates = await prepare(workload);
    const rows = await compare(
      candidates.map((candidate) => toLane(candidate, concurrency)),
      REFERENCES,
      measurement,
    );
    const notes = candidates.flatMap(({ name, note }) => (note ? [`${name}: ${note}`] : []));
    results.push({ algorithm, tokenBytes: workload.tokens[0].length, notes, rows });
  }
  noteLoad(environment);
  if (json) {
    console.log(
      JSON.stringify({ benchmark: name, environment, concurrency, ...measurement, results }, null, 2),
    );
    return;
  }
  console.log([title, ...environmentLines(environment)].join('\n'));
  for (const { algorithm, tokenBytes, notes, rows } of results)
    console.log(
      `\n${algorithm}, tokens of ${tokenBytes} bytes\n${comparisonTable(rows)}\n${notes.join('; ')}`,
    );
}

/**
 * @param {Candidate} candidate
 * @param {number} concurrency
 */
function toLane({ name, items, run, toItem, asynchronous }, concurrency) {
  const prepared = toItem ? items.map(toItem) : items;
  return {
    name,
    takeSlice: asynchronous ? awaitedSlices(prepared, run, concurrency) : inlineSlices(prepared, run),
  };
}
