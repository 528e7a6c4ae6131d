import { randomBytes, randomUUID } from 'node:crypto';
import { APP_DEFAULTS, type App } from '../../src/domain/app.js';
import type { PublishedKey } from '../../src/domain/published-key.js';
import type { QueuedMail, SignInOutcome, SignInRequest, StoredSigningKey } from '../../src/domain/sign-in.js';

/** The instant at which the rows below were made. */
export const NOW = 1_700_000_000;

/** As long as the hashes that services give to a store. */
export const aHash = () => randomBytes(32).toString('base64url');

export function anApp(changes: Partial<App> = {}): App {
  return {
    ...APP_DEFAULTS,
    id: randomUUID(),
    name: 'Example',
    redirectUrl: 'https://app.example/signed-in',
    createdAt: NOW,
    updatedAt: NOW,
    version: 1,
    ...changes,
  };
}

export function aSigningKey(appId: string, changes: Partial<StoredSigningKey> = {}): StoredSigningKey {
  return {
    kid: randomUUID(),
    appId,
    algorithm: 'ES512',
    state: 'next',
    publicJwk: '{"kty":"EC"}',
    sealedPrivateKey: 'sealed',
    createdAt: NOW,
    retiresAt: null,
    ...changes,
  };
}

/** Address and hashes of its own; link good for 900 s, code for 600 s. */
export function aRequest(appId: string, changes: Partial<SignInRequest> = {}): SignInRequest {
  const address = `${randomBytes(6).toString('hex')}@example.com`;
  return {
    id: randomUUID(),
    appId,
    email: address,
    emailKey: address,
    linkHash: aHash(),
    linkExpiresAt: NOW + 900,
    starterHash: aHash(),
    codeHash: aHash(),
    codeExpiresAt: NOW + 600,
    requestedFrom: 'Firefox on Linux',
    createdAt: NOW,
    ...changes,
  };
}

/** Due at NOW, pointless after 900 s. */
export function aMail(appId: string, changes: Partial<QueuedMail> = {}): QueuedMail {
  return {
    id: randomUUID(),
    appId,
    replaceKey: randomUUID(),
    sealed: 'sealed',
    createdAt: NOW,
    nextAttemptAt: NOW,
    expiresAt: NOW + 900,
    attempts: 0,
    ...changes,
  };
}

export function anOutcome(changes: Partial<SignInOutcome> = {}): SignInOutcome {
  return { newPersonId: randomUUID(), refreshToken: null, deliveryCode: null, ...changes };
}

/** Of the issuer `svc`, in use. Not a real key: stores do not look. */
export function aPublishedKey(changes: Partial<PublishedKey> = {}): PublishedKey {
  return {
    kid: `svc/${randomUUID()}`,
    issuer: 'svc',
    pem: '-----BEGIN PUBLIC KEY-----\n',
    publishedAt: NOW,
    revokedAt: null,
    ...changes,
  };
}
