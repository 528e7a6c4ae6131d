import assert from 'node:assert/strict';
import { boundBytes } from '../contenders/bound-bytes.mjs';
import { boundToken } from '../contenders/bound-token.mjs';
import { countersign } from '../contenders/countersign.mjs';
import { fastJwt } from '../contenders/fast-jwt.mjs';
import { jose } from '../contenders/jose.mjs';
import { jsonwebtoken } from '../contenders/jsonwebtoken.mjs';
import { AUDIENCE, headerOf, ISSUER, LIFETIME_SECONDS, readSignedToken } from '../workload/jwt-workload.mjs';
import { compareByAlgorithm, JWT_OPTIONS } from './compare-by-algorithm.mjs';

const CONTENDERS = [boundBytes, boundToken, countersign, fastJwt, jose, jsonwebtoken];

/** @type {import('../lib/arguments.mjs').Benchmark} */
export const benchmark = {
  summary:
    'JWT signing: sub, scope and jti given; iss, aud, iat and exp added; alg, typ and kid in the header',
  options: JWT_OPTIONS,
  run: (options) =>
    compareByAlgorithm({
      name: 'sign',
      title: 'JWT signing, one at a time',
      options,
      prepare: async (workload) => {
        const prepared = [];
        for (const contender of CONTENDERS) {
          const signer = await contender.signer?.(workload);
          if (signer === undefined) continue;
          await checkSigner(contender.name, signer, workload);
          prepared.push({ name: contender.name, items: workload.identities, ...signer });
        }
        return prepared;
      },
    }),
};

/**
 * Every token verifies with node:crypto, and says what was asked for and nothing else.
 * @param {string} name
 * @param {import('../contenders/contender.mjs').PreparedSigner} signer
 * @param {import('../workload/jwt-workload.mjs').JwtWorkload} workload
 */
async function checkSigner(name, { run, toItem, tokenOf }, workload) {
  for (const identity of workload.identities) {
    const item = toItem ? toItem(identity) : identity;
    const result = await run(item);
    const { header, claims } = readSignedToken(workload, tokenOf ? tokenOf(item, result) : result);
    assert.deepEqual(header, headerOf(workload.algorithm), `${name}: wrong header`);
    const { iat, exp, ...rest } = claims;
    assert.deepEqual(rest, { iss: ISSUER, aud: AUDIENCE, ...identity }, `${name}: wrong claims`);
    assert.ok(
      Math.abs(iat - Date.now() / 1_000) < 60 && exp - iat === LIFETIME_SECONDS,
      `${name}: wrong times`,
    );
  }
}
