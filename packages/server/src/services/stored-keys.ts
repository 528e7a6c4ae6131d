/** Makes signing keys in the form in which stores keep them, and reads them back. */
import { randomUUID } from 'node:crypto';
import type { SigningKey, VerificationKey } from 'countersign';
import {
  exportPrivatePem,
  exportPublicJwk,
  generateKeyPair,
  importPrivateKey,
  importPublicKey,
} from 'countersign';
import type { SigningAlgorithm } from '../domain/app.js';
import { SIGNING_ALGORITHMS } from '../domain/app.js';
import type { SigningKeyState, StoredSigningKey } from '../domain/sign-in.js';
import type { Vault } from './vault.js';

/** A new key with a UUID for its id (JAM-19); the private half is sealed for this app and this id alone (S7). */
export function createStoredKey(
  vault: Vault,
  details: { appId: string; algorithm: SigningAlgorithm; state: SigningKeyState; nowSeconds: number },
): StoredSigningKey {
  const kid = randomUUID();
  const { appId, algorithm, state, nowSeconds } = details;
  const { privateKey, publicKey } = generateKeyPair(algorithm, { kid });
  return Object.freeze({
    kid,
    appId,
    algorithm,
    state,
    publicJwk: JSON.stringify(exportPublicJwk(publicKey)),
    sealedPrivateKey: vault.seal(
      'signing-key',
      contextOf(appId, kid),
      Buffer.from(exportPrivatePem(privateKey)),
    ),
    createdAt: nowSeconds,
    retiresAt: null,
  });
}

/** The key that signs and the one that will: what a new app begins with. */
export function createStoredKeySet(
  vault: Vault,
  details: { appId: string; algorithm: SigningAlgorithm; nowSeconds: number },
): readonly [current: StoredSigningKey, next: StoredSigningKey] {
  return [
    createStoredKey(vault, { ...details, state: 'current' }),
    createStoredKey(vault, { ...details, state: 'next' }),
  ];
}

/** @throws Error that names app and key id if it was sealed for others, or under another master key. */
export function openPrivateKey(vault: Vault, stored: StoredSigningKey): SigningKey {
  const pem = vault.open('signing-key', contextOf(stored.appId, stored.kid), stored.sealedPrivateKey);
  return importPrivateKey({
    algorithm: algorithmOf(stored),
    kid: stored.kid,
    pem: Buffer.from(pem).toString('latin1'),
  });
}

export function readPublicKey(stored: StoredSigningKey): VerificationKey {
  return importPublicKey({
    algorithm: algorithmOf(stored),
    kid: stored.kid,
    jwk: JSON.parse(stored.publicJwk),
  });
}

/** @throws Error for a key that a later version of this program made */
export function algorithmOf({ algorithm, appId, kid }: StoredSigningKey): SigningAlgorithm {
  const known = SIGNING_ALGORITHMS.find((name) => name === algorithm);
  if (known === undefined)
    throw new Error(`Key ${kid} of app ${appId} is for an algorithm that is not known`);
  return known;
}

function contextOf(appId: string, kid: string): string {
  return `${appId}/${kid}`;
}
