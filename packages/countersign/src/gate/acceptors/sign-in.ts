/** The acceptor for ID tokens of the authority's e-mail sign-in. */
import { UsageError } from '../../core/errors.js';
import type { OptionRules } from '../../core/options.js';
import { checkOptions, optional } from '../../core/options.js';
import {
  audienceClaim,
  methodsClaim,
  optionalInstantClaim,
  optionalTextClaim,
} from '../../jwt/claim-values.js';
import type { VerifiedJwt } from '../../jwt/verify-jwt.js';
import type { IdTokenAlgorithm } from '../../tokens/sign-in/id-token-keys.js';
import { idTokenAlgorithms, JWKS_PATH } from '../../tokens/sign-in/id-token-keys.js';
import { ID_TOKEN_CLAIMS, readPerson } from '../../tokens/sign-in/read-person.js';
import { CONNECTION_RULES, toConnection } from '../../tokens/sign-in/sign-in-connection.js';
import type { Acceptor, AcceptorContext } from '../acceptor.js';
import type { PersonCaller } from '../caller.js';
import { createJwtLane } from './jwt-lane.js';
import type { KeyOptions, LaneKeys, PublicKeys } from './lane-keys.js';
import { findKeyProblems, keyRules, remoteUrl, toLaneKeys } from './lane-keys.js';

/** An app of the authority: by its issuer, or by where the authority is and the id of the app. */
export interface SignInApp {
  /** Base URL of the authority, a slash, the id of the app. */
  readonly issuer?: string | undefined;
  /** Base URL of the authority, with or without a slash at the end. */
  readonly baseUrl?: string | undefined;
  readonly appId?: string | undefined;
  /** What the app signs with. Default: those of `keys`, else ES512. */
  readonly algorithms?: readonly IdTokenAlgorithm[] | undefined;
  /** Default: those that the authority publishes under `<issuer>/.well-known/jwks.json`. */
  readonly keys?: PublicKeys | undefined;
}

interface AppLane {
  readonly issuer: string;
  readonly appId: string;
  readonly keys: LaneKeys;
}

const ACCEPTOR = 'signIn';

const rules: OptionRules<SignInApp> = {
  issuer: optional(remoteUrl),
  baseUrl: optional(remoteUrl),
  appId: optional(CONNECTION_RULES.appId.rule),
  algorithms: optional(idTokenAlgorithms),
  keys: keyRules.keys,
};

/**
 * Accepts ID tokens of one app or several, as the sign-in client verifies them (rows JAM-6, JAM-19 and JAM-20): `typ`
 * JWT, a header of `alg`, `typ` and `kid` alone, `token_use` id, `aud` the app; `exp`, `nbf`, `iat`, `jti`, `sub` and
 * `email` must be there. Does not check whether the person was logged out since.
 *
 * @throws {UsageError} `invalid_options` with every problem found.
 */
export function signIn(apps: SignInApp | readonly SignInApp[]): Acceptor {
  const lanes = Array.isArray(apps) ? checkApps(apps) : [toAppLane(apps as SignInApp)];
  return Object.freeze({
    name: ACCEPTOR,
    kind: 'person',
    build: (context: AcceptorContext) =>
      lanes.map(({ issuer, appId, keys }) =>
        createJwtLane(context, {
          acceptor: ACCEPTOR,
          kind: 'person',
          claim: Object.freeze({ issuer, types: ['jwt'], keyIds: 'any' }),
          unsaid: ['scopes', 'target'],
          keys,
          audience: appId,
          requiredClaims: ID_TOKEN_CLAIMS,
          toCaller: (verified) => toPerson(verified, appId, context),
        }),
      ),
  });
}

function checkApps(apps: readonly SignInApp[]): readonly AppLane[] {
  const problems: string[] = apps.length === 0 ? ['at least one app must be given'] : [];
  const lanes = apps.flatMap((app, index) => {
    try {
      return [toAppLane(app)];
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      problems.push(...error.problems.map((problem) => `[${index}]: ${problem}`));
      return [];
    }
  });
  if (new Set(lanes.map(({ issuer }) => issuer)).size < lanes.length) problems.push('an app is given twice');
  if (problems.length > 0) throw new UsageError('invalid_options', ACCEPTOR, problems);
  return lanes;
}

function toAppLane(app: SignInApp): AppLane {
  const checked = checkOptions(ACCEPTOR, app, rules, findProblems);
  const { issuer, appId } = identify(checked);
  const keys = toLaneKeys(checked, (resolver, algorithms) => resolver.jwks(issuer + JWKS_PATH, algorithms), [
    'ES512',
  ]);
  return { issuer, appId, keys };
}

/** The id of the app is the end of the issuer (row JAM-6). */
function identify({ issuer, baseUrl = '', appId = '' }: SignInApp) {
  if (issuer !== undefined) return { issuer, appId: issuer.slice(issuer.lastIndexOf('/') + 1) };
  return { issuer: toConnection({ baseUrl, appId }).appUrl, appId };
}

function findProblems(app: SignInApp): readonly string[] {
  const { issuer, baseUrl, appId } = app;
  const problems: string[] = findKeyProblems(app as KeyOptions);
  if ((issuer === undefined) === (baseUrl === undefined)) {
    problems.push('issuer or baseUrl must be given, and not both');
  } else if (issuer === undefined) {
    if (appId === undefined) problems.push('appId is required together with baseUrl');
  } else {
    const named = identify(app).appId;
    const problem = CONNECTION_RULES.appId.rule(named);
    if (problem !== undefined) problems.push('issuer must end with a slash and the id of the app');
    else if (appId !== undefined && appId !== named) problems.push('appId must be what issuer ends with');
  }
  return problems;
}

function toPerson(verified: VerifiedJwt, appId: string, context: AcceptorContext): PersonCaller {
  const { claims } = verified;
  const person = readPerson(verified, appId);
  const acr = optionalTextClaim(claims, 'acr');
  return Object.freeze({
    kind: 'person',
    issuer: person.issuer,
    subject: person.subject,
    audience: audienceClaim(claims),
    scopes: NONE,
    level: acr === undefined ? undefined : context.levelOf(acr),
    acr,
    amr: methodsClaim(claims),
    authenticatedAt: optionalInstantClaim(claims, 'auth_time'),
    tokenId: person.tokenId,
    issuedAt: person.issuedAt,
    expiresAt: person.expiresAt,
    claims,
    email: person.email,
    clientId: appId,
  });
}

const NONE: readonly string[] = Object.freeze([]);
