/**
 * The options that both sign-in clients share: which app, at which authority, over which fetch. Imports nothing
 * from Node.
 */
import { aBoolean, aFunction, integerFrom } from '../../core/option-rules.js';
import type { OptionRules, ValueRule } from '../../core/options.js';
import { optional, required } from '../../core/options.js';
import type { FetchFunction } from '../../keys/remote-fetch.js';
import { problemWithRemoteUrl } from '../../keys/remote-url.js';

export interface SignInConnectionOptions {
  /** Public id of the app, as the authority's console shows it. */
  readonly appId: string;
  /** Where the authority is; with or without slash at the end (JAM-1). https, or http on a loopback host. */
  readonly baseUrl: string;
  /** Any web-standard fetch. Default: the global one. */
  readonly fetch?: FetchFunction | undefined;
  /** For one answer as a whole. Default 5000. */
  readonly timeoutMs?: number | undefined;
  /** Lets tokens travel over plain http beyond this machine. */
  readonly unsafeAllowHttp?: boolean | undefined;
}

export interface SignInConnection {
  readonly appId: string;
  /** Base URL and app id, no slash at the end: also the issuer of this app's ID tokens (JAM-6). */
  readonly appUrl: string;
  readonly fetch: FetchFunction;
  readonly timeoutMs: number;
}

const anAppId: ValueRule = (value) =>
  typeof value === 'string' && /^[\w~-][\w.~-]{0,127}$/.test(value)
    ? undefined
    : 'must be the id of the app: letters, digits and -._~ only';

const aBaseUrl: ValueRule = (value) =>
  typeof value === 'string'
    ? undefined
    : 'must be the URL of your authority: the hosted service that the original clients default to is gone';

export const CONNECTION_RULES: OptionRules<SignInConnectionOptions> = {
  appId: required(anAppId),
  baseUrl: required(aBaseUrl),
  fetch: optional(aFunction),
  timeoutMs: optional(integerFrom(1, 60_000, 'milliseconds')),
  unsafeAllowHttp: optional(aBoolean),
};

/** A base URL that was left out becomes null, so that its rule can say why there is no default. */
export function namingBaseUrl<Options extends SignInConnectionOptions>(options: Options): Options {
  return { ...{ baseUrl: null }, ...options };
}

/** For `checkOptions`, to be asked when each option is right by itself. */
export function problemsBetween(options: SignInConnectionOptions): string[] {
  const problem =
    problemWithRemoteUrl(options.baseUrl, options.unsafeAllowHttp ?? false) ??
    (options.baseUrl.includes('?') ? 'must not carry a query' : undefined);
  return problem === undefined ? [] : [`baseUrl ${problem}`];
}

/** From options that passed. */
export function toConnection(options: SignInConnectionOptions): SignInConnection {
  let base = options.baseUrl;
  while (base.endsWith('/')) base = base.slice(0, -1);
  return {
    appId: options.appId,
    appUrl: `${base}/${options.appId}`,
    fetch: options.fetch ?? ((url, init) => globalThis.fetch(url, init)),
    timeoutMs: options.timeoutMs ?? 5000,
  };
}
