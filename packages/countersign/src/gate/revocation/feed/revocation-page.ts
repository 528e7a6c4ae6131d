/** One answer of a revocation feed, read strictly. */
import type { JsonObject } from '../../../core/strict-json.js';
import { parseStrictJsonObject } from '../../../core/strict-json.js';
import type { GrantRevocation, SubjectRevocation, TokenRevocation } from '../revocation-table.js';

export interface RevocationPage {
  readonly cursor: string;
  readonly isReset: boolean;
  readonly hasMore: boolean;
  readonly tokens: readonly TokenRevocation[];
  readonly grants: readonly GrantRevocation[];
  readonly subjects: readonly SubjectRevocation[];
}

const MAX_CURSOR_LENGTH = 1024;

/**
 * Undefined for what is no such answer, as a whole: to take the half that can be read would let in what the other half
 * revokes. A kind of revocation that is not known yet is not passed over either. Members beside the known ones are.
 */
export function parseRevocationPage(body: Uint8Array): RevocationPage | undefined {
  const page = parseObject(body);
  const cursor = page?.['cursor'];
  const entries = page?.['revocations'];
  const isReset = page?.['reset'];
  const hasMore = page?.['more'];
  if (typeof cursor !== 'string' || cursor === '' || cursor.length > MAX_CURSOR_LENGTH) return undefined;
  if (typeof isReset !== 'boolean' || typeof hasMore !== 'boolean' || !Array.isArray(entries))
    return undefined;
  const tokens: TokenRevocation[] = [];
  const grants: GrantRevocation[] = [];
  const subjects: SubjectRevocation[] = [];
  for (const entry of entries) {
    const [token, grant, subject] = [readToken(entry), readGrant(entry), readSubject(entry)];
    // One entry that names two things could be read as either.
    if ([token, grant, subject].filter((read) => read !== undefined).length !== 1) return undefined;
    if (token !== undefined) tokens.push(token);
    if (grant !== undefined) grants.push(grant);
    if (subject !== undefined) subjects.push(subject);
  }
  return { cursor, isReset, hasMore, tokens, grants, subjects };
}

function parseObject(body: Uint8Array): JsonObject | undefined {
  try {
    return parseStrictJsonObject(body);
  } catch {
    return undefined;
  }
}

function readToken(entry: unknown): TokenRevocation | undefined {
  const { iss, jti, exp } = membersOf(entry);
  return isName(iss) && isName(jti) && isInstant(exp)
    ? { issuer: iss, tokenId: jti, expiresAt: exp }
    : undefined;
}

function readGrant(entry: unknown): GrantRevocation | undefined {
  const { iss, grant, exp } = membersOf(entry);
  return isName(iss) && isName(grant) && isInstant(exp)
    ? { issuer: iss, grantId: grant, expiresAt: exp }
    : undefined;
}

function readSubject(entry: unknown): SubjectRevocation | undefined {
  const { iss, sub, before, exp } = membersOf(entry);
  return isName(iss) && isName(sub) && isInstant(before) && isInstant(exp)
    ? { issuer: iss, subject: sub, before, expiresAt: exp }
    : undefined;
}

function membersOf(entry: unknown): Readonly<Record<string, unknown>> {
  return typeof entry === 'object' && entry !== null ? (entry as Record<string, unknown>) : {};
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isInstant(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
