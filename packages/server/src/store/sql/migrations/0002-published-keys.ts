import type { Migration } from './migration.js';

/** The public keys of services. Rows are never deleted: a revoked key keeps its id from being used again. */
export const publishedKeys: Migration = {
  version: 2,
  name: 'published-keys',
  statements: [
    `CREATE TABLE published_keys (
      kid TEXT NOT NULL PRIMARY KEY,
      issuer TEXT NOT NULL,
      pem TEXT NOT NULL,
      published_at DOUBLE PRECISION NOT NULL,
      revoked_at DOUBLE PRECISION
    )`,
    'CREATE INDEX published_keys_issuer ON published_keys (issuer, kid)',
  ],
};
