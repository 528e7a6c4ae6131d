/** Client metadata of RFC 7591 section 2 and its extensions, from and to the settings of a client. */
import { type Client, type ClientSettings, IDENTITY_SCOPES } from '../../../domain/oauth/client.js';
import { OauthError } from '../../../domain/oauth/oauth-error.js';

type Metadata = Readonly<Record<string, unknown>>;

/** What is said alike on both sides. `access` is an extension of our own: a scope alone names no resource server. */
const MEMBERS: readonly (readonly [member: string, setting: keyof ClientSettings])[] = [
  ['client_name', 'name'],
  ['token_endpoint_auth_method', 'authMethod'],
  ['grant_types', 'grantTypes'],
  ['redirect_uris', 'redirectUris'],
  ['post_logout_redirect_uris', 'postLogoutRedirectUris'],
  ['backchannel_logout_uri', 'backchannelLogoutUri'],
  ['jwks_uri', 'jwksUri'],
  ['jwks', 'jwks'],
  ['require_pushed_authorization_requests', 'requirePar'],
  ['dpop_bound_access_tokens', 'requireDpop'],
  ['access', 'access'],
];
const MEMBER_OF: ReadonlyMap<string, string> = new Map(MEMBERS.map(([member, setting]) => [setting, member]));
const DEFAULTS: Partial<ClientSettings> = { name: 'Unnamed client', grantTypes: ['authorization_code'] };

/**
 * The settings that the metadata asks for, unchecked but for what lies between members. Others are ignored, as RFC 7591
 * section 2 demands, but for those that would promise what is not kept.
 *
 * @throws {OauthError} `invalid_client_metadata`
 */
export function settingsFromMetadata(metadata: Metadata): Partial<ClientSettings> {
  refuseUnsupported(metadata);
  const settings: Record<string, unknown> = { ...DEFAULTS };
  for (const [member, setting] of MEMBERS) {
    const value = memberOf(metadata, member);
    if (value !== undefined) settings[setting] = member === 'jwks' ? JSON.stringify(value) : value;
  }
  checkScope(memberOf(metadata, 'scope'), settings['access']);
  return settings as Partial<ClientSettings>;
}

/** What was registered, as RFC 7591 section 3.2.1 has it; without what says nothing. */
export function metadataOf(client: Client): Metadata {
  const said = MEMBERS.filter(([, setting]) => client[setting] !== null).map(([member, setting]) => [
    member,
    member === 'jwks' ? JSON.parse(String(client.jwks)) : client[setting],
  ]);
  const hasCode = client.grantTypes.includes('authorization_code');
  return {
    client_id: client.id,
    client_id_issued_at: client.createdAt,
    ...Object.fromEntries(said),
    response_types: hasCode ? ['code'] : [],
    scope: [...(hasCode ? IDENTITY_SCOPES : []), ...new Set(scopesOf(client.access))].join(' '),
  };
}

/** A problem with a setting, said of the member that the client sent, in the characters of an `error_description`. */
export function namingMember(problem: string): string {
  return problem
    .replace(/^\w+|\b[a-z]+(?:[A-Z][a-z]+)+\b/g, (word) => MEMBER_OF.get(word) ?? word)
    .replaceAll('"', "'");
}

function memberOf(metadata: Metadata, member: string): unknown {
  return Object.hasOwn(metadata, member) ? (metadata[member] ?? undefined) : undefined;
}

function refuseUnsupported(metadata: Metadata): void {
  if (memberOf(metadata, 'software_statement') !== undefined)
    throw refused('Software statements are not taken: nobody who signs them is known here.');
  if (memberOf(metadata, 'jwks') !== undefined && memberOf(metadata, 'jwks_uri') !== undefined)
    throw refused('jwks and jwks_uri must not both be given.');
  const responseTypes = memberOf(metadata, 'response_types') ?? ['code'];
  if (!Array.isArray(responseTypes) || responseTypes.some((type) => type !== 'code'))
    throw refused('The only response type is code.');
  if ((memberOf(metadata, 'subject_type') ?? 'public') !== 'public')
    throw refused('The only subject type is public.');
}

/** A scope is granted for an audience, so that one which belongs to none of `access` cannot be promised. */
function checkScope(scope: unknown, access: unknown): void {
  if (scope === undefined) return;
  const known: ReadonlySet<unknown> = new Set([...IDENTITY_SCOPES, ...scopesOf(access)]);
  const asked = typeof scope === 'string' ? scope.split(' ') : [undefined];
  if (!asked.every((each) => known.has(each)))
    throw refused(
      `scope may hold ${IDENTITY_SCOPES.join(', ')} and the scopes of access, parted by single spaces.`,
    );
}

/** Of what may not be checked yet. */
function scopesOf(access: unknown): unknown[] {
  if (!Array.isArray(access)) return [];
  return access.flatMap((one: { scopes?: unknown } | null) => (Array.isArray(one?.scopes) ? one.scopes : []));
}

function refused(description: string): OauthError {
  return new OauthError('invalid_client_metadata', description);
}
