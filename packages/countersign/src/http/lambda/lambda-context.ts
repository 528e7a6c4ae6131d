import type { Caller } from '../../gate/caller.js';

/** What the service behind API Gateway is told of the caller. API Gateway passes on nothing but texts. */
export type LambdaContext = Readonly<Record<string, string>>;

/** Who a policy is for where nobody called. */
export const ANONYMOUS = 'anonymous';

/**
 * `kind` (`anonymous` where nobody called), `issuer`, `subject`, `scope` (with spaces between), `expiresAt` (epoch
 * seconds) and, where the caller has them, `clientId`, `email`, `keyId`, `tokenKind`, `target`, `level` and `tokenId`.
 */
export function lambdaContext(caller: Caller | undefined): LambdaContext {
  if (caller === undefined) return Object.freeze({ kind: ANONYMOUS });
  const { kind, issuer, subject, scopes, expiresAt, level, tokenId } = caller;
  const facts = { kind, issuer, subject, scope: scopes.join(' '), expiresAt, level, tokenId };
  const known = Object.entries({ ...facts, ...factsOfKind(caller) }).filter(
    ([, value]) => value !== undefined,
  );
  return Object.freeze(Object.fromEntries(known.map(([name, value]) => [name, String(value)])));
}

/** Issuer and subject in one text, which stands for nobody else: a subject alone names somebody at its issuer only. */
export function principalId(caller: Caller | undefined): string {
  if (caller === undefined) return ANONYMOUS;
  return `${caller.issuer.replace(/[%|]/g, encodeURIComponent)}|${caller.subject}`;
}

function factsOfKind(caller: Caller): Readonly<Record<string, string | undefined>> {
  switch (caller.kind) {
    case 'person':
      return { clientId: caller.clientId, email: caller.email };
    case 'application':
      return { clientId: caller.clientId };
    case 'service':
      return { keyId: caller.keyId };
    case 'api-token':
      return { tokenKind: caller.tokenKind, target: caller.target };
  }
}
