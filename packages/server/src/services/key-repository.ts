import type { Clock } from 'countersign';
import { parseKeyId } from 'countersign/asap';
import type { Logger } from '../domain/logger.js';
import type { PublishedKey } from '../domain/published-key.js';
import { Refusal } from '../domain/refusal.js';
import type { Store } from '../domain/stores.js';
import { exportKeys, type KeyExport } from './export-keys.js';
import { normalisePublicKey } from './public-key-pem.js';

/** The public keys of services (contract: ASAP key repository). Who may change them is asked before, elsewhere. */
export interface KeyRepository {
  /**
   * Publishes a public key for good. The same key again is `unchanged`.
   * Refusals: invalid_parameter (the kid), private_key_refused, invalid_public_key, weak_key, key_id_taken, revoked_key.
   */
  publish(key: { kid: string; pem: string }): Promise<'created' | 'unchanged'>;
  /**
   * From now on nothing verifies with the key here; who fetched it before may keep it for as long as the answer said
   * (300 s). Revoking it again changes nothing. A service whose last key this is needs an administrator for its next
   * one. Refusal unknown_key.
   */
  revoke(kid: string): Promise<void>;
  /** Revoked ones too. Undefined also for what can be no kid. */
  find(kid: string): Promise<PublishedKey | undefined>;
  /** Ordered by kid, revoked ones among them. Refusal invalid_parameter. */
  list(page: {
    issuer?: string | undefined;
    afterKid: string | null;
    limit: number;
  }): Promise<readonly PublishedKey[]>;
  /** Makes the folder hold what is published and nothing that is revoked. Refusal unavailable. */
  exportTo(folder: string): Promise<KeyExport>;
}

export interface KeyRepositoryOptions {
  readonly store: Pick<Store, 'publishedKeys'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

const MAX_PAGE = 1_000;

export function createKeyRepository({ store, clock, logger }: KeyRepositoryOptions): KeyRepository {
  const { publishedKeys } = store;
  // Whole seconds: what is told as Last-Modified.
  const now = () => Math.floor(clock());

  async function publish({ kid, pem }: { kid: string; pem: string }): Promise<'created' | 'unchanged'> {
    const issuer = issuerOf(kid);
    const normalised = normalisePublicKey(pem);
    const key: PublishedKey = { kid, issuer, pem: normalised, publishedAt: now(), revokedAt: null };
    const present = await publishedKeys.insertOnce(key);
    if (present === undefined) {
      logger.info('key published', { kid });
      return 'created';
    }
    if (present.revokedAt !== null) throw new Refusal('revoked_key');
    if (present.pem !== normalised) throw new Refusal('key_id_taken');
    return 'unchanged';
  }

  async function listAll(): Promise<readonly PublishedKey[]> {
    const keys: PublishedKey[] = [];
    for (;;) {
      const afterKid = keys.at(-1)?.kid ?? null;
      const page = await publishedKeys.list({ issuer: null, afterKid, limit: MAX_PAGE });
      keys.push(...page);
      if (page.length < MAX_PAGE) return keys;
    }
  }

  return Object.freeze({
    publish,
    async revoke(kid: string) {
      const isKnown = parseKeyId(kid).ok && (await publishedKeys.revoke(kid, now()));
      if (!isKnown) throw new Refusal('unknown_key');
      logger.info('key revoked', { kid });
    },
    async find(kid: string) {
      return parseKeyId(kid).ok ? publishedKeys.find(kid) : undefined;
    },
    async list({ issuer, afterKid, limit }: Parameters<KeyRepository['list']>[0]) {
      if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE) {
        throw new Refusal('invalid_parameter', { message: `A page has 1 to ${MAX_PAGE} keys.` });
      }
      return publishedKeys.list({ issuer: issuer ?? null, afterKid, limit });
    },
    exportTo: async (folder: string) => exportKeys(await listAll(), folder),
  });
}

function issuerOf(kid: string): string {
  const parsed = parseKeyId(kid);
  if (!parsed.ok) throw new Refusal('invalid_parameter', { message: `The key id ${parsed.problem}.` });
  const [issuer = kid] = parsed.segments;
  return issuer;
}
