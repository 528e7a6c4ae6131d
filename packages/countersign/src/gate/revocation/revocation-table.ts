/** Revocations in memory, until each may be forgotten. Internal: the sources are made of it. */
import type { RevocationQuery, RevocationVerdict } from './revocation-source.js';

/** One token, by its issuer and its `jti`. */
export interface TokenRevocation {
  readonly issuer: string;
  readonly tokenId: string;
  /** Epoch seconds: `exp` of the token. */
  readonly expiresAt: number;
}

/** Every token that comes from one grant, by the claim `grant_id`: those of a code, and of each refresh after it. */
export interface GrantRevocation {
  readonly issuer: string;
  readonly grantId: string;
  /** Epoch seconds: by then the last of these tokens has expired. */
  readonly expiresAt: number;
}

/** Every token of a subject that was issued before a moment. */
export interface SubjectRevocation {
  readonly issuer: string;
  readonly subject: string;
  /** Epoch seconds: tokens with an earlier `iat` are revoked, and those without one. */
  readonly before: number;
  /** Epoch seconds: by then the last of these tokens has expired. */
  readonly expiresAt: number;
}

export interface RevocationTable {
  /** Revocations that take room; some may have expired. */
  readonly size: number;
  /** @returns false where there is no room: nothing that is in force is ever forgotten for it. */
  addToken(revocation: TokenRevocation, nowSeconds: number): boolean;
  /** As {@link RevocationTable.addToken}. */
  addGrant(revocation: GrantRevocation, nowSeconds: number): boolean;
  /** As {@link RevocationTable.addToken}. Of two for one subject the later moment counts. */
  addSubject(revocation: SubjectRevocation, nowSeconds: number): boolean;
  /**
   * Another one after everything that was added or forgotten: until then, what was found good stays so. No two tables of a
   * process have the same one.
   */
  readonly edition: number;
  /** `unknown` for a token so old that what was said of it may have been forgotten: the clock was set back since. */
  find(query: RevocationQuery): RevocationVerdict;
  /** False while the clock shows a time at which something was in force that was forgotten since. */
  isWhole(nowSeconds: number): boolean;
}

/** So long after its expiry a gate may still take a token: the greatest tolerance of a gate. */
const KEEP_AFTER_EXPIRY_SECONDS = 300;
/** So often at most what has ended is looked for, as long as there is room. */
const SWEEP_AFTER_SECONDS = 60;

interface Subject {
  readonly before: number;
  readonly expiresAt: number;
}

/** Maps in maps: no issuer and id, however they are written, look like another issuer and id. */
interface OfIssuer {
  readonly tokens: Map<string, number>;
  readonly grants: Map<string, number>;
  readonly subjects: Map<string, Subject>;
}

let editions = 0;

export function createRevocationTable(maxEntries: number): RevocationTable {
  let edition = ++editions;
  const issuers = new Map<string, OfIssuer>();
  let size = 0;
  let sweepAt = Number.NEGATIVE_INFINITY;
  let earliestEnd = Number.POSITIVE_INFINITY;
  /** When the last of all that was forgotten ended. Past in good order; not if the clock was set back (row S14). */
  let forgottenUpTo = Number.NEGATIVE_INFINITY;

  function sweep(now: number): void {
    sweepAt = now + SWEEP_AFTER_SECONDS;
    if (!(earliestEnd <= now)) return;
    earliestEnd = Number.POSITIVE_INFINITY;
    for (const [issuer, { tokens, grants, subjects }] of issuers) {
      for (const [id, expiresAt] of tokens) if (isForgotten(expiresAt, now)) tokens.delete(id);
      for (const [id, expiresAt] of grants) if (isForgotten(expiresAt, now)) grants.delete(id);
      for (const [id, { expiresAt }] of subjects) if (isForgotten(expiresAt, now)) subjects.delete(id);
      if (tokens.size + grants.size + subjects.size === 0) issuers.delete(issuer);
    }
  }

  function isForgotten(expiresAt: number, now: number): boolean {
    const end = endOf(expiresAt);
    if (!(end <= now)) {
      earliestEnd = Math.min(earliestEnd, end);
      return false;
    }
    size--;
    forgottenUpTo = Math.max(forgottenUpTo, end);
    return true;
  }

  /** Asked ahead of every addition. */
  function entriesOf(issuer: string, now: number): OfIssuer {
    edition = ++editions;
    if (size >= maxEntries || now >= sweepAt) sweep(now);
    return issuers.get(issuer) ?? { tokens: new Map(), grants: new Map(), subjects: new Map() };
  }

  function put<Value>(map: Map<string, Value>, name: string, value: Value, expiresAt: number): boolean {
    if (!map.has(name)) {
      if (size >= maxEntries) return false;
      size++;
    }
    map.set(name, value);
    earliestEnd = Math.min(earliestEnd, endOf(expiresAt));
    return true;
  }

  function addUntil(issuer: string, kind: 'tokens' | 'grants', id: string, expiresAt: number, now: number) {
    const entries = entriesOf(issuer, now);
    const latest = Math.max(entries[kind].get(id) ?? expiresAt, expiresAt);
    const isKept = put(entries[kind], id, latest, latest);
    if (isKept) issuers.set(issuer, entries);
    return isKept;
  }

  return Object.freeze({
    get size() {
      return size;
    },
    get edition() {
      return edition;
    },
    isWhole: (now: number) => now >= forgottenUpTo,
    addToken: ({ issuer, tokenId, expiresAt }: TokenRevocation, now: number) =>
      addUntil(issuer, 'tokens', tokenId, expiresAt, now),
    addGrant: ({ issuer, grantId, expiresAt }: GrantRevocation, now: number) =>
      addUntil(issuer, 'grants', grantId, expiresAt, now),
    addSubject({ issuer, subject, before, expiresAt }: SubjectRevocation, now: number) {
      const entries = entriesOf(issuer, now);
      const known = entries.subjects.get(subject) ?? { before, expiresAt };
      const latest = {
        before: Math.max(known.before, before),
        expiresAt: Math.max(known.expiresAt, expiresAt),
      };
      const isKept = put(entries.subjects, subject, latest, latest.expiresAt);
      if (isKept) issuers.set(issuer, entries);
      return isKept;
    },
    find({ issuer, subject, tokenId, grantId, issuedAt, expiresAt }: RevocationQuery) {
      const known = issuers.get(issuer);
      if (known !== undefined) {
        if (tokenId !== undefined && known.tokens.has(tokenId)) return 'revoked';
        if (grantId !== undefined && known.grants.has(grantId)) return 'revoked';
        const moment = known.subjects.get(subject)?.before;
        // Stated so that only an instant that is not earlier is out of reach.
        if (moment !== undefined && !(issuedAt !== undefined && issuedAt >= moment)) return 'revoked';
      }
      return endOf(expiresAt) > forgottenUpTo ? 'good' : 'unknown';
    },
  });
}

function endOf(expiresAt: number): number {
  return expiresAt + KEEP_AFTER_EXPIRY_SECONDS;
}
