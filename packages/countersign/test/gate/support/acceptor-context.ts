/** What acceptors are built with, and tokens for them under one key. */
import type { VerificationKey } from 'countersign';
import { createJwsSigner, importPrivateKey, importPublicKey } from 'countersign';
import { createLevelLadder, LEVELS } from 'countersign/api-token';
import type { Acceptor, AcceptorContext, Lane } from '../../../src/gate/acceptor.js';
import type { KeyResolver, WarmKeySource } from '../../../src/gate/key-resolver.js';
import { createStaticKeys } from '../../../src/keys/static-keys.js';
import { privatePem, publicPem } from '../../support/raw-keys.js';
import { NOW } from '../../support/tokens.js';

export const KEY_ID = 'key-1';

/** The same bytes whatever the id. */
export function pairWithId(kid: string | undefined) {
  return {
    privateKey: importPrivateKey({ algorithm: 'ES256', kid, pem: privatePem('p256') }),
    publicKey: importPublicKey({ algorithm: 'ES256', kid, pem: publicPem('p256') }),
  };
}

export const { privateKey, publicKey } = pairWithId(KEY_ID);

export interface RecordingResolver extends KeyResolver {
  /** What was asked for, in words. */
  readonly asked: readonly string[];
  readonly warmUps: number;
}

/** Finds the same keys everywhere. */
export function resolverOf(
  keys: VerificationKey | readonly VerificationKey[] = publicKey,
): RecordingResolver {
  const asked: string[] = [];
  let warmUps = 0;
  const find = (what: string): WarmKeySource => {
    asked.push(what);
    const warmUp = async () => {
      warmUps++;
    };
    return { ...createStaticKeys(keys), warmUp };
  };
  return {
    asked,
    get warmUps() {
      return warmUps;
    },
    jwks: (url, algorithms) => find(`jwks ${url} ${algorithms.join(' ')}`),
    discover: (issuer, algorithms) => find(`discover ${issuer} ${algorithms.join(' ')}`),
    pemRepository: (urls, algorithms) => find(`pem ${urls.join(' ')} ${algorithms.join(' ')}`),
  };
}

export function contextWith(context: Partial<AcceptorContext> = {}): AcceptorContext {
  const { levelOf } = createLevelLadder(LEVELS);
  return {
    clock: () => NOW,
    toleranceSeconds: 0,
    maxTokenBytes: 16_384,
    keys: resolverOf(),
    levelOf,
    ...context,
  };
}

export function lanesOf(
  acceptors: readonly Acceptor[],
  context: Partial<AcceptorContext> = {},
): readonly Lane[] {
  const built = contextWith(context);
  return acceptors.flatMap((acceptor) => acceptor.build(built));
}

/** The one lane of an acceptor. */
export function laneOf(acceptor: Acceptor, context: Partial<AcceptorContext> = {}): Lane {
  const [lane, ...others] = lanesOf([acceptor], context);
  if (lane === undefined || others.length > 0) throw new Error('the acceptor has not one lane');
  return lane;
}

/** A token with these very claims; undefined leaves one out. */
export function signedToken(
  claims: Readonly<Record<string, unknown>>,
  header: Readonly<Record<string, unknown>> = { typ: 'JWT' },
  key = privateKey,
): string {
  return createJwsSigner({ key, header }).sign(Buffer.from(JSON.stringify(claims)));
}
