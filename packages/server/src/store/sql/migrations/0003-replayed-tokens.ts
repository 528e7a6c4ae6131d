import type { Migration } from './migration.js';

/** The ASAP tokens that were used and could be sent again (A9): per issuer, a hash of each id, until it expires. */
export const replayedTokens: Migration = {
  version: 3,
  name: 'replayed-tokens',
  statements: [
    `CREATE TABLE replayed_tokens (
      issuer TEXT NOT NULL,
      token_hash TEXT NOT NULL,
      expires_at DOUBLE PRECISION NOT NULL,
      PRIMARY KEY (issuer, token_hash)
    )`,
    'CREATE INDEX replayed_tokens_expires_at ON replayed_tokens (expires_at)',
  ],
};
