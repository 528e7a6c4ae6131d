/** A secret for each client from one root, so that no database is needed: HKDF with SHA-256 (RFC 5869). */
import { createHash, hkdfSync } from 'node:crypto';
import { aNonEmptyString } from '../../core/option-rules.js';
import type { OptionRules } from '../../core/options.js';
import { checkOptions, required } from '../../core/options.js';
import { importSecret } from '../../keys/import-secret.js';
import type { SecretKey } from '../../keys/key.js';
import { materialOf } from '../../keys/key.js';
import type { UnverifiedAccessTokenClaims } from './secret-function.js';

export interface DerivedSecretsOptions {
  /** At least 32 random bytes, or a text whose UTF-8 bytes these are. Whoever has it can sign for every client. */
  readonly root: Uint8Array | string;
}

export interface ClientSecretOptions extends DerivedSecretsOptions {
  readonly provider: string;
  readonly clientId: string;
}

const LABEL = 'countersign access token secret, version 1\0';
const SECRET_BYTES = 32;

const rootRules: OptionRules<DerivedSecretsOptions> = { root: required(() => undefined) };

const clientRules: OptionRules<ClientSecretOptions> = {
  ...rootRules,
  provider: required(aNonEmptyString),
  clientId: required(aNonEmptyString),
};

/**
 * The `secret` of a generator or a parser: for each provider and client another one, always the same. Every client id
 * has a secret, made-up ones too, but nobody without the root can know it. To take a client's tokens back, wrap the
 * function, and answer undefined for that client; to take all back, change the root.
 *
 * @throws {UsageError} `weak_key` for a root shorter than 32 bytes, `invalid_key` for a key in place of a secret.
 */
export function createDerivedSecrets(
  options: DerivedSecretsOptions,
): (unverifiedClaims: Pick<UnverifiedAccessTokenClaims, 'iss' | 'aud'>) => Uint8Array | undefined {
  const { root } = checkOptions('createDerivedSecrets', options, rootRules);
  const key = importRoot(root);
  return ({ iss, aud }) => (iss === undefined || aud === undefined ? undefined : derive(key, iss, aud));
}

/**
 * The 32 bytes that {@link createDerivedSecrets} gives for one client: for a resource server of that client alone,
 * which is then given this and not the root.
 *
 * @throws {UsageError} as {@link createDerivedSecrets}, and `invalid_options`.
 */
export function deriveClientSecret(options: ClientSecretOptions): Uint8Array {
  const { root, provider, clientId } = checkOptions('deriveClientSecret', options, clientRules);
  return derive(importRoot(root), provider, clientId);
}

function importRoot(root: Uint8Array | string): SecretKey {
  return importSecret({ algorithm: 'HS256', secret: root });
}

/** Names are hashed: `info` may hold 1024 bytes, and a name from a token more. JSON keeps the two apart. */
function derive(root: SecretKey, provider: string, clientId: string): Uint8Array {
  const names = createHash('sha256')
    .update(JSON.stringify([provider, clientId]))
    .digest();
  const info = Buffer.concat([Buffer.from(LABEL), names]);
  return new Uint8Array(hkdfSync('sha256', materialOf(root).keyObject, '', info, SECRET_BYTES));
}
