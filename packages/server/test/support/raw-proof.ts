import { generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import { NOW } from './store-rows.js';

type Members = Readonly<Record<string, unknown>>;

export interface RawProofParts {
  /** Over the usual ones; undefined leaves one out. */
  readonly header?: Members;
  readonly claims?: Members;
  /** In place of that of the key in the header. */
  readonly signedBy?: KeyObject;
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

export const PROOF_PAIR = generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** A DPoP proof for `POST /token` at NOW, or what nobody's library would make. */
export function rawProof({ header = {}, claims = {}, signedBy }: RawProofParts = {}): string {
  const jwk = PROOF_PAIR.publicKey.export({ format: 'jwk' });
  const usual = { jti: randomUUID(), htm: 'POST', htu: 'https://auth.example/token', iat: NOW };
  const input = `${encode({ typ: 'dpop+jwt', alg: 'ES256', jwk, ...header })}.${encode({ ...usual, ...claims })}`;
  const key = signedBy ?? PROOF_PAIR.privateKey;
  const signature = sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}
