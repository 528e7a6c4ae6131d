import type { ReplayedTokenStore } from '../../domain/stores.js';
import type { SqlDriver } from './driver.js';
import { run } from './sql-program.js';

/** Decides between uses that race (A10). */
const INSERT = `INSERT INTO replayed_tokens (issuer, token_hash, expires_at) VALUES ($1, $2, $3)
  ON CONFLICT (issuer, token_hash) DO NOTHING`;

export function createSqlReplayedTokenStore(driver: SqlDriver): ReplayedTokenStore {
  return {
    insertOnce: ({ issuer, tokenHash, expiresAt }) =>
      driver.write(function* () {
        return (yield* run(INSERT, issuer, tokenHash, expiresAt)) === 1 ? 'inserted' : 'seen';
      }),
  };
}
