/**
 * Who is calling, told from an `Authorization` header: what every adapter for a framework translates, in the terms of
 * the Python original's middleware and decorators (rows ASAP-29 to ASAP-38).
 */
import { TokenError, UnavailableError } from '../../core/errors.js';
import type { Logger } from '../../core/logger.js';
import { aLogger } from '../../core/logger.js';
import type { OptionRules } from '../../core/options.js';
import { checkOptions, optional } from '../../core/options.js';
import type { AsapCaller } from './asap-caller.js';
import type { AsapMode, AsapRouteOptions, AsapSettings } from './asap-settings.js';
import { routeRules, settingsOf } from './asap-settings.js';
import type { AsapVerifierOptions } from './asap-verifier.js';
import { asapVerifierRules, createAsapVerifier } from './asap-verifier.js';
import { extractBearerToken } from './bearer-token.js';
import type { AsapRefusal } from './refusal.js';
import { refuseMissingToken, toRefusal } from './refusal.js';

export interface AsapAuthenticatorOptions extends AsapVerifierOptions {
  /** Default `required`. */
  readonly mode?: AsapMode | undefined;
  /** Told of requests without a token (info), refused tokens (warn), outages and surprises (error). */
  readonly logger?: Logger | undefined;
}

/** Frozen. The claims of a caller are there when the token passed everything, and in no other case (row ASAP-34). */
export type AsapOutcome =
  | { readonly outcome: 'caller'; readonly caller: AsapCaller }
  | { readonly outcome: 'anonymous' }
  | AsapRefusal;

export interface AsapAuthenticator {
  readonly settings: AsapSettings;
  /** Verifies the token of an `Authorization` header. Never rejects. */
  authenticate(authorization: string | Uint8Array | null | undefined): Promise<AsapOutcome>;
  /** Judges a caller that {@link AsapAuthenticator.authenticate} gave earlier, under these settings. */
  authorize(caller: AsapCaller | undefined): AsapOutcome;
  /**
   * The same with other settings for one route. Equal settings give the same authenticator; replay store and keys are
   * shared by all (row ASAP-36).
   *
   * @throws {UsageError} `invalid_options` with every problem found.
   */
  forRoute(options: AsapRouteOptions): AsapAuthenticator;
}

const rules: OptionRules<AsapAuthenticatorOptions> = {
  ...asapVerifierRules,
  mode: routeRules.mode,
  logger: optional(aLogger),
};

const MAX_REMEMBERED_ROUTES = 20;
const ANONYMOUS: AsapOutcome = Object.freeze({ outcome: 'anonymous' });

/**
 * An authenticator for one service: a verifier, and the answers that follow from what it says. Every refusal has its
 * status (401 for a token that is at fault, 403 for an issuer that may not come in, 503 for an outage, never 500), the
 * body text of the original, and the headers that belong to it.
 *
 * @throws {UsageError} `invalid_options` with every problem found.
 */
export function createAsapAuthenticator(options: AsapAuthenticatorOptions): AsapAuthenticator {
  const checked = checkOptions('createAsapAuthenticator', options, rules);
  const routes = new Map<string, AsapAuthenticator>();

  function withSettings(effective: AsapAuthenticatorOptions): AsapAuthenticator {
    const settings = settingsOf(effective);
    const name = JSON.stringify(settings);
    const known = routes.get(name);
    const authenticator = known ?? create(effective, settings, forRouteOf(effective));
    routes.delete(name);
    routes.set(name, authenticator);
    if (routes.size > MAX_REMEMBERED_ROUTES) routes.delete(routes.keys().next().value ?? '');
    return authenticator;
  }
  const forRouteOf = (base: AsapAuthenticatorOptions) => (given: AsapRouteOptions) => {
    const route = checkOptions('forRoute', given, routeRules);
    return withSettings({
      ...base,
      mode: route.mode ?? base.mode,
      issuers: route.issuers === undefined ? base.issuers : route.issuers,
      subjectMustMatchIssuer: route.subjectMustMatchIssuer ?? base.subjectMustMatchIssuer,
    });
  };

  return withSettings(checked);
}

function create(
  { mode = 'required', logger, ...verifierOptions }: AsapAuthenticatorOptions,
  settings: AsapSettings,
  forRoute: AsapAuthenticator['forRoute'],
): AsapAuthenticator {
  const verifier = createAsapVerifier(verifierOptions);

  function withoutToken(): AsapOutcome {
    logger?.info('asap.no_token');
    return mode === 'required' ? refuseMissingToken() : ANONYMOUS;
  }

  function refuse(error: unknown): AsapOutcome {
    logRefusal(logger, error);
    return mode === 'unsafePermissive' && error instanceof TokenError ? ANONYMOUS : toRefusal(error);
  }

  return Object.freeze({
    settings,
    async authenticate(authorization: string | Uint8Array | null | undefined) {
      const token = extractBearerToken(authorization);
      if (token === undefined) return withoutToken();
      try {
        return toOutcome(await verifier.verifyAsync(token));
      } catch (error) {
        return refuse(error);
      }
    },
    authorize(caller: AsapCaller | undefined) {
      if (caller === undefined) return withoutToken();
      const problem = findProblem(caller, settings);
      return problem === undefined ? toOutcome(caller) : refuse(problem);
    },
    forRoute,
  });
}

function toOutcome(caller: AsapCaller): AsapOutcome {
  return Object.freeze({ outcome: 'caller', caller });
}

function findProblem(caller: AsapCaller, settings: AsapSettings): TokenError | undefined {
  if (settings.subjectMustMatchIssuer && caller.subject !== caller.issuer) {
    return new TokenError('subject_mismatch', 'sub must be the issuer');
  }
  if (settings.issuers !== null && !settings.issuers.includes(caller.issuer)) {
    return new TokenError('issuer_not_allowed', 'iss is none of the accepted issuers');
  }
  return undefined;
}

function logRefusal(logger: Logger | undefined, error: unknown): void {
  if (error instanceof TokenError) {
    logger?.warn('asap.token_refused', { reason: error.code, problem: error.message });
  } else if (error instanceof UnavailableError) {
    logger?.error('asap.unavailable', { reason: error.code, problem: error.message });
  } else {
    // The message of an error from elsewhere may hold anything.
    logger?.error('asap.unexpected_error', { error: error instanceof Error ? error.name : typeof error });
  }
}
