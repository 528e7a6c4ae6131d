import assert from 'node:assert/strict';
import { bareGate } from '../../contenders/gate/bare-gate.mjs';
import { fastJwt } from '../../contenders/gate/fast-jwt.mjs';
import { exposeGarbageCollector, usedBytes } from '../../lib/heap.mjs';
import { median } from '../../lib/statistics.mjs';
import { formatTable } from '../../lib/table.mjs';
import { createGateWorkload } from '../../workload/gate-workload.mjs';
import { bytesOf, freshHeader } from './headers.mjs';

const ALGORITHM = 'ES256';
const ROUNDS = 3;

/**
 * How much longer the heap is for each token that is remembered: its text, its claims, and what was made of them.
 * @param {{ tokens: number }} plan at most as many as the gate remembers unless it is told
 */
export async function measureMemory({ tokens }) {
  const workload = createGateWorkload(ALGORITHM, tokens);
  const headers = workload.tokens.map(bytesOf);
  const gc = exposeGarbageCollector();
  /** @type {Record<string, () => import('../../contenders/gate/door.mjs').Door>} */
  const contenders = {
    countersign: () => bareGate(workload, { cached: true, atOnce: true }),
    'fast-jwt': () => fastJwt(workload, tokens),
  };
  const rows = [];
  for (const [contender, create] of Object.entries(contenders)) {
    const bytes = [];
    for (let round = 0; round <= ROUNDS; round += 1) bytes.push(await bytesPerToken(create(), headers, gc));
    // Not the first: what is compiled and loaded then stays.
    rows.push({ contender, bytesPerToken: median(bytes.slice(1)) });
  }
  const text = formatTable(
    ['contender', 'bytes for each token'],
    rows.map(({ contender, bytesPerToken: each }) => [contender, each.toFixed(0)]),
  );
  return { tokens, tokenBytes: workload.tokens[0].length, rows, text };
}

/**
 * @param {import('../../contenders/gate/door.mjs').Door} door
 * @param {readonly Buffer[]} headers
 * @param {() => void} gc
 */
async function bytesPerToken({ toRequest, enter, claimsOf }, headers, gc) {
  gc();
  const before = usedBytes();
  for (const bytes of headers) await enter(toRequest(freshHeader(bytes)));
  gc();
  const used = usedBytes() - before;
  const again = toRequest(freshHeader(headers[0]));
  assert.ok(claimsOf?.(again, await enter(again)));
  return used / headers.length;
}
