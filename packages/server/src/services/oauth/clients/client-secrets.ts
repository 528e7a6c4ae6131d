import type { ClientSecret } from '../../../domain/oauth/client.js';
import { hashSecret, randomSecret, sameText } from '../../secrets.js';

/** So that whoever finds one, or a scanner of repositories, knows what it is. */
const PREFIX = 'cs_';
/** The hash of nothing: compared in the place of a secret that is not there. */
const NO_HASH = hashSecret('');

/** 256 random bits; URL-safe, so that no way of encoding it changes it. */
export function createClientSecret(nowSeconds: number): {
  readonly secret: string;
  readonly kept: ClientSecret;
} {
  const secret = `${PREFIX}${randomSecret()}`;
  return { secret, kept: { hash: hashSecret(secret), createdAt: nowSeconds, expiresAt: null } };
}

/**
 * Whether `secret` is one of those kept and has not expired. Does the same work whatever is kept, and compares hashes,
 * so that the time tells nothing about them (rows J30 and O17).
 */
export function isOneOfSecrets(secret: string, kept: readonly ClientSecret[], nowSeconds: number): boolean {
  const hash = hashSecret(secret);
  const isLive = ({ expiresAt }: ClientSecret) => expiresAt === null || nowSeconds < expiresAt;
  const matches = [kept[0], kept[1]].map((one) => {
    const isSame = sameText(hash, one?.hash ?? NO_HASH);
    return isSame && one !== undefined && isLive(one);
  });
  return matches.includes(true);
}
