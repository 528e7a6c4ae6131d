import { ADAPTERS } from '../contenders/gate/index.mjs';
import { listOf, wholeNumber } from '../lib/arguments.mjs';
import { measurementOf } from '../lib/comparison.mjs';
import { describeEnvironment, environmentLines, noteLoad } from '../lib/environment.mjs';
import { GATE_ALGORITHMS } from '../workload/gate-workload.mjs';
import { compareAdapters } from './gate/compare-adapters.mjs';
import { compareDoors } from './gate/compare-doors.mjs';
import { measureMemory } from './gate/measure-memory.mjs';

const PEERS = ['fast-jwt', '@fastify/jwt', 'jose', 'express-oauth2-jwt-bearer'];
const FRAMEWORKS = ['express', 'express4', 'fastify', 'koa', 'hono', 'h3', '@nestjs/core'];
const TOKENS = { full: 500, quick: 100 };
const REMEMBERED = { full: 10_000, quick: 200 };
/** What happens around a token that is remembered does not depend on what signed it. */
const ALGORITHM_OF_ADAPTERS = 'ES256';

/** @typedef {{ options: any, measurement: { rounds: number, sliceMs: number }, tokens: number }} Plan */

/** @type {Record<string, (plan: Plan) => AsyncGenerator<{ title: string, text: string }>>} */
const TABLES = {
  uncached: (plan) =>
    byAlgorithm(plan, {
      what: 'uncached, one at a time',
      doors: ['bound: token', 'bound: token, pool', 'countersign', ...PEERS],
      references: ['bound: token', 'bound: token, pool', 'fast-jwt'],
      concurrency: 1,
      cached: false,
    }),
  'at-once': (plan) =>
    byAlgorithm(plan, {
      what: `uncached, ${plan.options.concurrency} at once`,
      doors: ['bound: token', 'bound: token, inline', 'countersign', ...PEERS],
      references: ['bound: token', 'bound: token, inline', 'fast-jwt'],
      concurrency: plan.options.concurrency,
      cached: false,
    }),
  cached: (plan) =>
    byAlgorithm(plan, {
      what: 'a token seen before',
      doors: ['countersign', 'countersign, rules and revocation', 'fast-jwt', '@fastify/jwt'],
      references: ['fast-jwt', '@fastify/jwt'],
      concurrency: 1,
      cached: true,
    }),
  adapters: throughAdapters,
  memory,
};

/** @type {import('../lib/arguments.mjs').Benchmark} */
export const benchmark = {
  summary: 'the gate: a request authenticated, cached and not, bare and through each adapter',
  options: {
    tables: {
      help: `some of ${Object.keys(TABLES).join(',')}`,
      value: 'A,B',
      initial: Object.keys(TABLES).join(','),
      read: listOf(Object.keys(TABLES)),
    },
    algorithms: {
      help: `some of ${GATE_ALGORITHMS.join(',')}`,
      value: 'A,B',
      initial: GATE_ALGORITHMS.join(','),
      read: listOf(GATE_ALGORITHMS),
    },
    concurrency: {
      help: 'requests in flight where there are many',
      value: 'N',
      initial: '64',
      read: wholeNumber,
    },
  },
  async run(options) {
    const environment = describeEnvironment(['countersign', ...PEERS, ...FRAMEWORKS]);
    const measurement = measurementOf(options);
    // More than are in flight: the gate verifies a token once for all who come with it at the same time.
    const tokens = Math.max(2 * options.concurrency, options.quick ? TOKENS.quick : TOKENS.full);
    const results = [];
    for (const table of options.tables) {
      for await (const result of TABLES[table]({ options, measurement, tokens })) {
        results.push({ table, ...result });
      }
    }
    noteLoad(environment);
    if (options.json) {
      const tables = results.map(({ text: _, ...result }) => result);
      console.log(JSON.stringify({ benchmark: 'gate', environment, ...measurement, tables }, null, 2));
      return;
    }
    console.log(['The gate', ...environmentLines(environment)].join('\n'));
    for (const { title, text } of results) console.log(`\n${title}\n${text}`);
  },
};

/**
 * @param {Plan} plan
 * @param {{ what: string, doors: string[], references: string[], concurrency: number, cached: boolean }} table
 */
async function* byAlgorithm({ options, measurement, tokens }, { what, ...table }) {
  for (const algorithm of options.algorithms) {
    const title = `${algorithm}, ${what}`;
    console.error(`gate: ${title}`);
    // An HMAC never goes to the thread pool.
    const doors = table.doors.filter((door) => algorithm !== 'HS256' || !door.endsWith(', pool'));
    yield { title, algorithm, ...(await compareDoors({ ...table, doors, algorithm, tokens, measurement })) };
  }
}

/** @param {Plan} plan */
async function* throughAdapters({ options, measurement, tokens }) {
  const algorithm = ALGORITHM_OF_ADAPTERS;
  const doors = ['countersign', ...ADAPTERS];
  for (const cached of [true, false]) {
    for (const concurrency of [1, options.concurrency]) {
      const how = concurrency === 1 ? 'one at a time' : `${concurrency} at once`;
      const title = `${algorithm} through each adapter, ${cached ? 'a token seen before' : 'uncached'}, ${how}`;
      console.error(`gate: ${title}`);
      const plan = { doors, algorithm, tokens, concurrency, cached, measurement };
      yield { title, ...(await compareAdapters(plan)) };
    }
  }
}

/** @param {Plan} plan */
async function* memory({ options }) {
  const { tokens, tokenBytes, ...result } = await measureMemory({
    tokens: options.quick ? REMEMBERED.quick : REMEMBERED.full,
  });
  const title = `Memory of the cache, ${tokens} tokens of ${tokenBytes} bytes`;
  yield { title, ...result };
}
