/** A policy, an encoder and a decoder for tests, and tokens that no encoder would make. */
import type { AlgorithmName, KeyPair } from 'countersign';
import {
  createJwsSigner,
  exportPrivatePem,
  exportPublicPem,
  generateKeyPair,
  importPrivateKey,
  importSecret,
} from 'countersign';
import type {
  ApiJwtOptions,
  ApiTokenDecoderOptions,
  ApiTokenEncoderOptions,
  ApiTokenOutcome,
  PolicyDefinition,
} from 'countersign/api-token';
import {
  createApiJwt,
  createApiTokenDecoder,
  createApiTokenEncoder,
  definePolicy,
  STANDARD_EXTRAS,
} from 'countersign/api-token';
import { keyPairFor, SECRET } from '../../../support/keys.js';
import { NOW } from '../../../support/tokens.js';

/** What the original knows by itself (row POL-7), as a policy. */
export const POLICY = definePolicy({
  kinds: { user: 'auth_user', admin: 'auth_admin' },
  extras: {
    ...STANDARD_EXTRAS,
    scopes: {
      type: 'list',
      default: [],
      allowedPerKind: { user: ['user:all'], admin: ['extra', 'admin:all'] },
    },
  },
});

export type TestDefinition = (typeof POLICY)['definition'];

export function encoderWith(options: Partial<ApiTokenEncoderOptions<TestDefinition>> = {}) {
  return createApiTokenEncoder({
    policy: POLICY,
    key: keyPairFor('RS256').privateKey,
    clock: () => NOW,
    ...options,
  });
}

export function decoderWith(options: Partial<ApiTokenDecoderOptions<TestDefinition>> = {}) {
  return createApiTokenDecoder({
    policy: POLICY,
    keys: keyPairFor('RS256').publicKey,
    audience: null,
    clock: () => NOW,
    ...options,
  });
}

/** An encoder and a decoder of one policy in one profile. */
export function pairOf<const Definition extends PolicyDefinition>(
  definition: Definition,
  profile: 'native' | 'api_jwt' = 'native',
) {
  const { privateKey, publicKey } = keyPairFor('RS256');
  const policy = definePolicy(definition);
  return {
    ...createApiTokenEncoder({ policy, key: privateKey, profile, clock: () => NOW }),
    ...createApiTokenDecoder({ policy, keys: publicKey, audience: null, clock: () => NOW }),
  };
}

/** The extras of a token that must be good. */
export function extrasOf<Definition extends PolicyDefinition>(outcome: ApiTokenOutcome<Definition>) {
  if (outcome.outcome === 'valid') return outcome.record.extras;
  throw new Error(outcome.outcome === 'bad' ? outcome.reason : outcome.outcome);
}

/** `valid`, `expired`, or why it is bad. */
export function verdictOf(
  outcome: ApiTokenOutcome<PolicyDefinition> | ApiTokenOutcome<TestDefinition>,
): string {
  return outcome.outcome === 'bad' ? outcome.reason : outcome.outcome;
}

/** A signed token that names no key, as the original makes them; good for a minute unless `claims` says otherwise; undefined leaves a claim out. */
export function handMade(
  claims: Readonly<Record<string, unknown>> = {},
  header: { readonly typ?: string | undefined; readonly algorithm?: AlgorithmName | 'HS256' } = {},
): string {
  const { typ, algorithm = 'RS256' } = { typ: 'JWT', ...header };
  const all = { iss: 'auth_user', sub: 'an-id', exp: NOW + 60, ...claims };
  const key =
    algorithm === 'HS256'
      ? importSecret({ algorithm, secret: SECRET })
      : importPrivateKey({ algorithm, pem: exportPrivatePem(keyPairFor(algorithm).privateKey) });
  const signer = createJwsSigner({ key, header: typ === undefined ? {} : { typ } });
  return signer.sign(Buffer.from(JSON.stringify(all)));
}

/** Header and claims as they are on the wire. */
export function partsOf(token: string) {
  const [header = '', claims = ''] = token
    .split('.')
    .map((part) => Buffer.from(part, 'base64url').toString());
  return { header, claims };
}

export function pemsOf({ privateKey, publicKey }: KeyPair) {
  return { privateKey: exportPrivatePem(privateKey), publicKeys: exportPublicPem(publicKey) };
}

/** A second pair, for changes of keys. */
export const otherPair = generateKeyPair('RS256');

export function apiJwtWith(options: Partial<ApiJwtOptions> = {}) {
  return createApiJwt({ ...pemsOf(keyPairFor('RS256')), clock: () => NOW, ...options });
}
