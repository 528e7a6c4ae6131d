/** Checks what the owner of a client decides, whole, before any of it is kept. */
import { findIssuerProblem } from 'countersign/asap';
import {
  type Checked,
  checkBoolean,
  checkName,
  oneOf,
  type Rule,
  unknownNames,
  wholeNumber,
} from '../setting-rules.js';
import {
  CLIENT_AUTH_METHODS,
  CLIENT_DEFAULTS,
  type ClientSettings,
  GRANT_TYPES,
  IDENTITY_SCOPES,
  MAX_TOKEN_LIFETIME_SECONDS,
} from './client.js';
import { parseClientKeySet } from './client-key-set.js';
import { findCombinationProblems } from './client-setting-combinations.js';
import { findRedirectUriProblem } from './redirect-uri.js';
import { findAudienceProblem, findRequestUriProblem } from './uri-text.js';

/** Settings that cannot be taken; `problems` lists every one found, each naming its setting first. */
export class ClientSettingsError extends Error {
  override readonly name = 'ClientSettingsError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The settings of the client cannot be taken: ${problems.join('; ')}`);
    this.problems = Object.freeze([...problems]);
  }
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MAX_URIS = 20;
const MAX_AUDIENCES = 50;
const MAX_SCOPES = 100;
const MAX_SCOPE_CHARACTERS = 128;
/** RFC 6749 section 3.3. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

const tokenLifetime = wholeNumber(MINUTE, MAX_TOKEN_LIFETIME_SECONDS, 'seconds (1 minute to 24 hours)');
const refreshLifetime = wholeNumber(HOUR, 400 * DAY, 'seconds (1 hour to 400 days)');
const redirectUris = listOf(MAX_URIS, 'URIs', textWithout(findRedirectUriProblem));
const audience = textWithout(findAudienceProblem);
const scopes = listOf(MAX_SCOPES, 'scopes', textWithout(findScopeProblem));

const RULES: Readonly<Record<keyof ClientSettings, Rule>> = {
  name: checkName,
  authMethod: oneOf(CLIENT_AUTH_METHODS),
  grantTypes: listOf(GRANT_TYPES.length, 'grant types', oneOf(GRANT_TYPES)),
  redirectUris,
  postLogoutRedirectUris: redirectUris,
  access: listOf(MAX_AUDIENCES, 'audiences', checkAccess),
  jwks: nullOr(parseClientKeySet),
  jwksUri: nullOr(textWithout(findRequestUriProblem)),
  asapIssuer: nullOr(textWithout(findIssuerProblem)),
  introspects: listOf(MAX_AUDIENCES, 'audiences', audience),
  requirePar: checkBoolean,
  requireDpop: checkBoolean,
  skipConsent: checkBoolean,
  backchannelLogoutUri: nullOr(textWithout(findRequestUriProblem)),
  accessTokenLifetimeSeconds: tokenLifetime,
  idTokenLifetimeSeconds: tokenLifetime,
  refreshIdleSeconds: refreshLifetime,
  refreshLifetimeSeconds: refreshLifetime,
  disabled: checkBoolean,
};
const SETTING_NAMES = Object.keys(RULES);

/**
 * `base` with `changes` applied and checked, each by itself and then together; both are left alone, the result is frozen
 * through and through. A change that is `undefined` counts as not given; a list replaces the list that was there.
 *
 * @param base the settings so far (other members are ignored), or null for a new client: then `name` must be given
 * @throws {ClientSettingsError} with every problem together
 */
export function checkClientSettings(
  changes: Partial<ClientSettings>,
  base: ClientSettings | null,
): ClientSettings {
  if (typeof changes !== 'object' || changes === null || Array.isArray(changes))
    throw new ClientSettingsError(['the settings must be an object']);
  const given = changes as Readonly<Record<string, unknown>>;
  const before = (base ?? CLIENT_DEFAULTS) as Readonly<Record<string, unknown>>;
  const problems = unknownNames(given, SETTING_NAMES);
  const settings: Record<string, unknown> = {};
  for (const [name, rule] of Object.entries(RULES)) {
    const value = Object.hasOwn(given, name) && given[name] !== undefined ? given[name] : before[name];
    const checked = value === undefined ? { problem: 'is required' } : rule(value);
    if ('problem' in checked) problems.push(said(name, checked.problem));
    else settings[name] = checked.value;
  }
  if (problems.length === 0) problems.push(...findCombinationProblems(settings as unknown as ClientSettings));
  if (problems.length > 0) throw new ClientSettingsError(problems);
  return Object.freeze(settings) as unknown as ClientSettings;
}

/** The problem of an item says which one it is; no item may be there twice. */
function listOf(max: number, unit: string, rule: Rule): Rule {
  return (value) => {
    if (!Array.isArray(value)) return { problem: `must be a list of ${unit}` };
    if (value.length > max) return { problem: `must be at most ${max} ${unit}` };
    const items: unknown[] = [];
    for (const [index, item] of value.entries()) {
      const checked = rule(item);
      if ('problem' in checked) {
        const which = value.length === 1 ? '' : `, number ${index + 1},`;
        return { problem: `${which} ${checked.problem}`.trimStart() };
      }
      items.push(checked.value);
    }
    const isRepeated = new Set(items.map(identityOf)).size < items.length;
    return isRepeated ? { problem: 'must hold nothing twice' } : { value: Object.freeze(items) };
  };
}

/** A problem of one item of a list begins with a comma: `redirectUris, number 2, must be https`. */
function said(name: string, problem: string): string {
  return problem.startsWith(',') ? `${name}${problem}` : `${name} ${problem}`;
}

/** Access is told apart by its audience. */
function identityOf(item: unknown): unknown {
  return typeof item === 'object' && item !== null && 'audience' in item ? item.audience : item;
}

function checkAccess(value: unknown): Checked {
  const isAccess =
    typeof value === 'object' && value !== null && Object.keys(value).sort().join() === 'audience,scopes';
  if (!isAccess) return { problem: 'must be an object of "audience" and "scopes" only' };
  const access = value as Readonly<Record<'audience' | 'scopes', unknown>>;
  const [ofAudience, ofScopes] = [audience(access.audience), scopes(access.scopes)];
  if ('problem' in ofAudience) return { problem: `has an audience that ${ofAudience.problem}` };
  if ('problem' in ofScopes)
    return { problem: `has scopes that cannot be taken (${said('scopes', ofScopes.problem)})` };
  return { value: Object.freeze({ audience: ofAudience.value, scopes: ofScopes.value }) };
}

function findScopeProblem(value: unknown): string | undefined {
  if (typeof value !== 'string' || !SCOPE.test(value) || value.length > MAX_SCOPE_CHARACTERS)
    return `must be 1 to ${MAX_SCOPE_CHARACTERS} visible ASCII characters without quotes and backslashes`;
  return (IDENTITY_SCOPES as readonly string[]).includes(value)
    ? `must be none of ${IDENTITY_SCOPES.join(', ')}: these belong to no audience`
    : undefined;
}

function textWithout(findProblem: (value: unknown) => string | undefined): Rule {
  return (value) => {
    const problem = findProblem(value);
    return problem === undefined ? { value } : { problem };
  };
}

function nullOr(rule: Rule): Rule {
  return (value) => (value === null ? { value } : rule(value));
}
