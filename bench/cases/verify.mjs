import assert from 'node:assert/strict';
import { boundBytes } from '../contenders/bound-bytes.mjs';
import { boundToken, boundTokenInline } from '../contenders/bound-token.mjs';
import { countersign } from '../contenders/countersign.mjs';
import { fastJwt } from '../contenders/fast-jwt.mjs';
import { jose } from '../contenders/jose.mjs';
import { jsonwebtoken } from '../contenders/jsonwebtoken.mjs';
import { wholeNumber } from '../lib/arguments.mjs';
import { compareByAlgorithm, JWT_OPTIONS } from './compare-by-algorithm.mjs';

const CONTENDERS = [boundBytes, boundToken, boundTokenInline, countersign, fastJwt, jose, jsonwebtoken];

/** @type {import('../lib/arguments.mjs').Benchmark} */
export const benchmark = {
  summary: 'JWT verification: signature, exp, iss and aud, with one pinned algorithm',
  options: {
    ...JWT_OPTIONS,
    concurrency: { help: 'verifications in flight', value: 'N', initial: '1', read: wholeNumber },
  },
  run: (options) =>
    compareByAlgorithm({
      name: 'verify',
      title: `JWT verification, ${options.concurrency === 1 ? 'one at a time' : `${options.concurrency} at once`}`,
      options,
      prepare: async (workload) => {
        const role = options.concurrency === 1 ? 'verifier' : 'concurrentVerifier';
        const prepared = [];
        for (const contender of CONTENDERS) {
          const verifier = await contender[role]?.(workload);
          if (verifier === undefined) continue;
          await checkVerifier(contender.name, verifier, workload);
          prepared.push({ name: contender.name, items: workload.tokens, ...verifier });
        }
        return prepared;
      },
    }),
};

/**
 * Every token is accepted with the claims it was made of; none that is tampered with is; and where claims
 * are judged, none that is expired or meant for others.
 * @param {string} name
 * @param {import('../contenders/contender.mjs').PreparedVerifier} verifier
 * @param {import('../workload/jwt-workload.mjs').JwtWorkload} workload
 */
async function checkVerifier(
  name,
  { run, toItem, claimsOf },
  { algorithm, tokens, claims, tampered, refused },
) {
  const item = toItem ?? ((/** @type {string} */ token) => token);
  const who = `${name}, ${algorithm}`;
  for (const [index, token] of tokens.entries()) {
    const result = await run(item(token));
    if (claimsOf) assert.deepEqual({ ...claimsOf(result) }, claims[index], `${who}: wrong claims`);
    else assert.equal(result, true, `${who}: refuses a good token`);
  }
  for (const [what, token] of Object.entries({ ...tampered, ...(claimsOf && refused) })) {
    const accepted = await accepts(run, item(token));
    assert.equal(accepted, false, `${who}: accepts a token with a bad ${what}`);
  }
}

/**
 * @param {(item: any) => any} run
 * @param {unknown} item
 */
async function accepts(run, item) {
  try {
    return (await run(item)) !== false;
  } catch {
    return false;
  }
}
