import type { Migration } from './migration.js';

/**
 * Apps, their keys, and everything of the sign-in path. Instants are epoch seconds and may be fractional. What is
 * single-use is keyed by a hash (M14); what belongs to an app goes with it. Each column that a foreign key or a purge
 * follows has an index, so that no verb reads more rows than it needs, however many apps there are.
 */
export const signIn: Migration = {
  version: 1,
  name: 'sign-in',
  statements: [
    `CREATE TABLE settings (
      name TEXT NOT NULL PRIMARY KEY,
      value TEXT NOT NULL
    )`,
    `CREATE TABLE apps (
      id TEXT NOT NULL PRIMARY KEY,
      settings TEXT NOT NULL,
      version INTEGER NOT NULL,
      created_at DOUBLE PRECISION NOT NULL,
      updated_at DOUBLE PRECISION NOT NULL
    )`,
    `CREATE TABLE signing_keys (
      app_id TEXT NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
      kid TEXT NOT NULL,
      algorithm TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('next', 'current', 'previous')),
      public_jwk TEXT NOT NULL,
      sealed_private_key TEXT NOT NULL,
      created_at DOUBLE PRECISION NOT NULL,
      retires_at DOUBLE PRECISION,
      PRIMARY KEY (app_id, kid),
      CHECK ((state = 'previous') = (retires_at IS NOT NULL))
    )`,
    // However rotations race, an app never has two keys that sign, nor two that wait.
    "CREATE UNIQUE INDEX signing_keys_current ON signing_keys (app_id) WHERE state = 'current'",
    "CREATE UNIQUE INDEX signing_keys_next ON signing_keys (app_id) WHERE state = 'next'",
    'CREATE INDEX signing_keys_retires_at ON signing_keys (retires_at) WHERE retires_at IS NOT NULL',
    `CREATE TABLE people (
      id TEXT NOT NULL PRIMARY KEY,
      app_id TEXT NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
      email_key TEXT NOT NULL,
      email TEXT NOT NULL,
      created_at DOUBLE PRECISION NOT NULL,
      UNIQUE (app_id, email_key)
    )`,
    `CREATE TABLE sign_in_requests (
      app_id TEXT NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
      email_key TEXT NOT NULL,
      id TEXT NOT NULL,
      email TEXT NOT NULL,
      link_hash TEXT NOT NULL,
      link_expires_at DOUBLE PRECISION NOT NULL,
      starter_hash TEXT NOT NULL,
      code_hash TEXT NOT NULL,
      code_expires_at DOUBLE PRECISION NOT NULL,
      code_tries INTEGER NOT NULL,
      requested_from TEXT NOT NULL,
      created_at DOUBLE PRECISION NOT NULL,
      expires_at DOUBLE PRECISION NOT NULL,
      PRIMARY KEY (app_id, email_key),
      UNIQUE (app_id, link_hash),
      UNIQUE (app_id, starter_hash)
    )`,
    'CREATE INDEX sign_in_requests_expires_at ON sign_in_requests (expires_at)',
    `CREATE TABLE delivery_codes (
      app_id TEXT NOT NULL,
      hash TEXT NOT NULL,
      person_id TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
      expires_at DOUBLE PRECISION NOT NULL,
      PRIMARY KEY (app_id, hash)
    )`,
    'CREATE INDEX delivery_codes_person_id ON delivery_codes (person_id)',
    'CREATE INDEX delivery_codes_expires_at ON delivery_codes (expires_at)',
    `CREATE TABLE refresh_tokens (
      app_id TEXT NOT NULL,
      hash TEXT NOT NULL,
      person_id TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
      expires_at DOUBLE PRECISION NOT NULL,
      used_at DOUBLE PRECISION,
      deleted_at DOUBLE PRECISION,
      PRIMARY KEY (app_id, hash)
    )`,
    'CREATE INDEX refresh_tokens_person_id ON refresh_tokens (person_id)',
    'CREATE INDEX refresh_tokens_expires_at ON refresh_tokens (expires_at)',
    `CREATE TABLE queued_mails (
      id TEXT NOT NULL PRIMARY KEY,
      app_id TEXT NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
      replace_key TEXT NOT NULL,
      sealed TEXT NOT NULL,
      created_at DOUBLE PRECISION NOT NULL,
      next_attempt_at DOUBLE PRECISION NOT NULL,
      expires_at DOUBLE PRECISION NOT NULL,
      attempts INTEGER NOT NULL,
      UNIQUE (app_id, replace_key)
    )`,
    'CREATE INDEX queued_mails_next_attempt_at ON queued_mails (next_attempt_at)',
    'CREATE INDEX queued_mails_expires_at ON queued_mails (expires_at)',
    `CREATE TABLE kept_mails (
      id TEXT NOT NULL PRIMARY KEY,
      position INTEGER NOT NULL,
      sealed TEXT NOT NULL,
      created_at DOUBLE PRECISION NOT NULL
    )`,
    'CREATE INDEX kept_mails_position ON kept_mails (position)',
  ],
};
