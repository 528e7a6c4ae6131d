/** What is known of a revocation feed, and how old that is. */
import type { Clock } from '../../../core/clock.js';
import type { RevocationQuery, RevocationVerdict } from '../revocation-source.js';
import type { RevocationTable } from '../revocation-table.js';
import { createRevocationTable } from '../revocation-table.js';
import type { FeedReader } from './feed-reader.js';
import type { RevocationPage } from './revocation-page.js';

export interface FeedCopy {
  /** Catches up with the feed. Undefined when it did, else what was in the way. Never rejects. */
  refresh(waitSeconds: number): Promise<string | undefined>;
  /** What is known to be revoked is so, however old the copy. */
  find(query: RevocationQuery): RevocationVerdict;
  /** Of what is known; undefined while that is too old to say that anything is not revoked. */
  readonly edition: number | undefined;
  /** Whether the last good answer is recent enough to say that anything is not revoked. */
  isCurrent(): boolean;
  /** Revocations that take room. */
  readonly size: number;
}

export interface FeedCopySettings {
  readonly clock: Clock;
  readonly staleAfterSeconds: number;
  readonly maxEntries: number;
}

/** A feed that says "more" for ever must not keep us asking for ever. */
const MAX_PAGES = 1000;

export function createFeedCopy(reader: FeedReader, settings: FeedCopySettings): FeedCopy {
  const { clock, maxEntries } = settings;
  const createTable = () => createRevocationTable(maxEntries);
  let table = createTable();
  let cursor: string | undefined;
  let answeredAt: number | undefined;

  /**
   * What was known stays until the last page is there: half of a new beginning would let in what its other half
   * revokes. A failure loses nothing: the same pages are asked for again.
   */
  async function catchUp(waitSeconds: number): Promise<string | undefined> {
    // After the clock was set back something may have been forgotten too early: begin anew (row S14).
    let position = table.isWhole(clock()) ? cursor : undefined;
    let target = position === undefined ? createTable() : table;
    for (let page = 0; page < MAX_PAGES; page++) {
      const reading = await reader.read(position, page === 0 ? waitSeconds : 0);
      if (reading.kind === 'failure') return reading.problem;
      if (reading.kind === 'page') {
        if (reading.page.isReset) target = createTable();
        if (!add(target, reading.page, clock())) return `has more than ${maxEntries} revocations in force`;
        position = reading.page.cursor;
        if (reading.page.hasMore) continue;
      }
      table = target;
      cursor = position;
      answeredAt = clock();
      return undefined;
    }
    return `has more than ${MAX_PAGES} pages`;
  }

  function isCurrent(): boolean {
    if (answeredAt === undefined) return false;
    const now = clock();
    // A clock that was set back must not make the copy look fresh for longer: its time begins now (row K11).
    if (now < answeredAt) answeredAt = now;
    return now - answeredAt <= settings.staleAfterSeconds;
  }

  return Object.freeze({
    get size() {
      return table.size;
    },
    get edition() {
      return isCurrent() ? table.edition : undefined;
    },
    isCurrent,
    find(query: RevocationQuery) {
      const verdict = table.find(query);
      return verdict === 'good' && !isCurrent() ? 'unknown' : verdict;
    },
    async refresh(waitSeconds: number) {
      try {
        return await catchUp(waitSeconds);
      } catch {
        return 'could not be followed: the clock or the fetch function failed';
      }
    },
  });
}

/** False where there is no room for all. */
function add(table: RevocationTable, page: RevocationPage, now: number): boolean {
  return (
    page.tokens.every((token) => table.addToken(token, now)) &&
    page.grants.every((grant) => table.addGrant(grant, now)) &&
    page.subjects.every((subject) => table.addSubject(subject, now))
  );
}
