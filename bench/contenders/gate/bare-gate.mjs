import { importPublicKey, importSecret } from 'countersign';
import { accessTokens, createGate, createMemoryRevocations } from 'countersign/gate';
import { gateRequest } from '../../workload/http-requests.mjs';
import { AUDIENCE, ISSUER, KEY_ID } from '../../workload/jwt-workload.mjs';

/**
 * @typedef {import('../../workload/gate-workload.mjs').GateWorkload} GateWorkload
 * @typedef {import('./door.mjs').Door} Door
 * @typedef {{ cached: boolean, atOnce: boolean }} Way
 */

const REVOCATIONS = 1_000;

/** @param {GateWorkload} workload @param {Way} way @param {object} [options] of createGate */
export const createBenchGate = (workload, { cached }, options = {}) =>
  createGate({ accept: [acceptorOf(workload)], ...(!cached && { cache: null }), ...options });

/** @param {GateWorkload} workload */
function acceptorOf({ algorithm, publicKey }) {
  if (publicKey.type === 'secret') {
    const secret = importSecret({ algorithm: 'HS256', kid: KEY_ID, secret: publicKey.export() });
    return accessTokens({ provider: ISSUER, audience: AUDIENCE, secret });
  }
  const keys = importPublicKey({ algorithm, kid: KEY_ID, keyObject: publicKey });
  return accessTokens({ issuer: ISSUER, audience: AUDIENCE, keys });
}

/** @param {GateWorkload} workload @param {Way} way @returns {Door} */
export const bareGate = (workload, way) => toDoor(createBenchGate(workload, way).guard(), way);

/** With rules of the route, and a source of revocations that is asked with each request. */
export function strictBareGate(/** @type {GateWorkload} */ workload, /** @type {Way} */ way) {
  const revocation = { source: createRevocations(), whenUnavailable: 'refuse' };
  const gate = createBenchGate(workload, way, { revocation });
  const guard = gate.guard({ kinds: 'application', issuers: ISSUER, scopes: 'orders:read' });
  return toDoor(guard, way);
}

/** What others have revoked: tokens, grants and subjects of the very issuer, none of which is asked for. */
function createRevocations() {
  const revocations = createMemoryRevocations();
  const issuer = ISSUER;
  const before = Math.ceil(Date.now() / 1_000);
  const expiresAt = before + 86_400;
  for (let index = 0; index < REVOCATIONS; index += 1) {
    revocations.revokeToken({ issuer, tokenId: `token-${index}`, expiresAt });
    revocations.revokeGrant({ issuer, grantId: `grant-${index}`, expiresAt });
    revocations.revokeSubject({ issuer, subject: `left-${index}`, before, expiresAt });
  }
  return revocations;
}

/** @param {any} guard @param {Way} way @returns {Door} */
const toDoor = (guard, { atOnce }) => ({
  asynchronous: atOnce,
  toRequest: gateRequest,
  enter: (request) => guard.check(request),
  claimsOf: (_, outcome) => /** @type {any} */ (outcome).caller?.claims,
});
