import type { Migration } from './migration.js';

/**
 * Clients, the sessions of people, and what was granted. What is single-use is keyed by a hash (M14); lists and objects
 * are JSON text, since nothing is looked up inside of them. What belongs to a client or a person goes with it. Each
 * column that a foreign key, a purge or a look-up follows has an index, except those that a refresh changes.
 */
export const oauth: Migration = {
  version: 4,
  name: 'oauth',
  statements: [
    // Four settings are columns too, because statements judge by them: disabled, how long what was issued can still be
    // used (the lifetime of access tokens and a margin), where logouts are told, and whose assertions are its grants.
    `CREATE TABLE oauth_clients (
      id TEXT NOT NULL PRIMARY KEY,
      settings TEXT NOT NULL,
      disabled INTEGER NOT NULL CHECK (disabled IN (0, 1)),
      usable_seconds DOUBLE PRECISION NOT NULL,
      logout_uri TEXT,
      assertion_issuer TEXT,
      version INTEGER NOT NULL,
      created_at DOUBLE PRECISION NOT NULL,
      updated_at DOUBLE PRECISION NOT NULL
    )`,
    'CREATE INDEX oauth_clients_assertion_issuer ON oauth_clients (assertion_issuer) WHERE assertion_issuer IS NOT NULL',
    `CREATE TABLE oauth_client_secrets (
      client_id TEXT NOT NULL REFERENCES oauth_clients (id) ON DELETE CASCADE,
      position INTEGER NOT NULL,
      hash TEXT NOT NULL,
      created_at DOUBLE PRECISION NOT NULL,
      expires_at DOUBLE PRECISION,
      PRIMARY KEY (client_id, position)
    )`,
    'CREATE INDEX oauth_client_secrets_expires_at ON oauth_client_secrets (expires_at) WHERE expires_at IS NOT NULL',
    `CREATE TABLE login_sessions (
      session_id TEXT NOT NULL PRIMARY KEY,
      secret_hash TEXT NOT NULL UNIQUE,
      person_id TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
      email TEXT NOT NULL,
      authenticated_at DOUBLE PRECISION NOT NULL,
      amr TEXT NOT NULL,
      acr TEXT NOT NULL,
      created_at DOUBLE PRECISION NOT NULL,
      expires_at DOUBLE PRECISION NOT NULL
    )`,
    'CREATE INDEX login_sessions_person_id ON login_sessions (person_id)',
    'CREATE INDEX login_sessions_expires_at ON login_sessions (expires_at)',
    // Who is to be told when the session ends; outlives the grants.
    `CREATE TABLE login_session_clients (
      session_id TEXT NOT NULL REFERENCES login_sessions (session_id) ON DELETE CASCADE,
      client_id TEXT NOT NULL REFERENCES oauth_clients (id) ON DELETE CASCADE,
      PRIMARY KEY (session_id, client_id)
    )`,
    'CREATE INDEX login_session_clients_client_id ON login_session_clients (client_id)',
    `CREATE TABLE oauth_pushed_requests (
      id_hash TEXT NOT NULL PRIMARY KEY,
      client_id TEXT NOT NULL REFERENCES oauth_clients (id) ON DELETE CASCADE,
      parameters TEXT NOT NULL,
      dpop_jkt TEXT,
      expires_at DOUBLE PRECISION NOT NULL
    )`,
    'CREATE INDEX oauth_pushed_requests_client_id ON oauth_pushed_requests (client_id)',
    'CREATE INDEX oauth_pushed_requests_expires_at ON oauth_pushed_requests (expires_at)',
    `CREATE TABLE oauth_transactions (
      id_hash TEXT NOT NULL PRIMARY KEY,
      browser_hash TEXT NOT NULL,
      client_id TEXT NOT NULL REFERENCES oauth_clients (id) ON DELETE CASCADE,
      request TEXT NOT NULL,
      created_at DOUBLE PRECISION NOT NULL,
      expires_at DOUBLE PRECISION NOT NULL
    )`,
    'CREATE INDEX oauth_transactions_client_id ON oauth_transactions (client_id)',
    'CREATE INDEX oauth_transactions_expires_at ON oauth_transactions (expires_at)',
    // A used code is remembered (purge_at), so that its second use is noticed as long as the grant may live (O6).
    `CREATE TABLE oauth_codes (
      hash TEXT NOT NULL PRIMARY KEY,
      client_id TEXT NOT NULL REFERENCES oauth_clients (id) ON DELETE CASCADE,
      person_id TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
      session_id TEXT NOT NULL,
      grant_id TEXT NOT NULL,
      redirect_uri TEXT NOT NULL,
      nonce TEXT,
      code_challenge TEXT NOT NULL,
      dpop_jkt TEXT,
      access TEXT NOT NULL,
      offline INTEGER NOT NULL CHECK (offline IN (0, 1)),
      authentication TEXT NOT NULL,
      issued_at DOUBLE PRECISION NOT NULL,
      expires_at DOUBLE PRECISION NOT NULL,
      wrong_verifiers INTEGER NOT NULL,
      used_at DOUBLE PRECISION,
      purge_at DOUBLE PRECISION NOT NULL
    )`,
    'CREATE INDEX oauth_codes_client_id ON oauth_codes (client_id)',
    'CREATE INDEX oauth_codes_person_id ON oauth_codes (person_id)',
    'CREATE INDEX oauth_codes_session_id ON oauth_codes (session_id)',
    'CREATE INDEX oauth_codes_purge_at ON oauth_codes (purge_at)',
    // A refresh changes generation, rotated_at, idle_expires_at and usable_until, of which no index knows.
    `CREATE TABLE oauth_grants (
      id TEXT NOT NULL PRIMARY KEY,
      client_id TEXT NOT NULL REFERENCES oauth_clients (id) ON DELETE CASCADE,
      person_id TEXT REFERENCES people (id) ON DELETE CASCADE,
      session_id TEXT,
      authentication TEXT,
      access TEXT NOT NULL,
      offline INTEGER NOT NULL CHECK (offline IN (0, 1)),
      nonce TEXT,
      dpop_jkt TEXT,
      created_at DOUBLE PRECISION NOT NULL,
      expires_at DOUBLE PRECISION NOT NULL,
      idle_expires_at DOUBLE PRECISION,
      generation INTEGER NOT NULL,
      rotated_at DOUBLE PRECISION NOT NULL,
      revoked_at DOUBLE PRECISION,
      usable_until DOUBLE PRECISION NOT NULL
    )`,
    'CREATE INDEX oauth_grants_client_id ON oauth_grants (client_id)',
    'CREATE INDEX oauth_grants_person_id ON oauth_grants (person_id)',
    'CREATE INDEX oauth_grants_session_id ON oauth_grants (session_id)',
    'CREATE INDEX oauth_grants_expires_at ON oauth_grants (expires_at)',
    `CREATE TABLE oauth_consents (
      person_id TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
      client_id TEXT NOT NULL REFERENCES oauth_clients (id) ON DELETE CASCADE,
      scopes TEXT NOT NULL,
      audiences TEXT NOT NULL,
      granted_at DOUBLE PRECISION NOT NULL,
      PRIMARY KEY (person_id, client_id)
    )`,
    'CREATE INDEX oauth_consents_client_id ON oauth_consents (client_id)',
    `CREATE TABLE oauth_devices (
      device_code_hash TEXT NOT NULL PRIMARY KEY,
      user_code_hash TEXT NOT NULL UNIQUE,
      client_id TEXT NOT NULL REFERENCES oauth_clients (id) ON DELETE CASCADE,
      access TEXT NOT NULL,
      offline INTEGER NOT NULL CHECK (offline IN (0, 1)),
      requested_from TEXT NOT NULL,
      created_at DOUBLE PRECISION NOT NULL,
      expires_at DOUBLE PRECISION NOT NULL,
      interval_seconds DOUBLE PRECISION NOT NULL,
      polled_at DOUBLE PRECISION,
      decision TEXT NOT NULL CHECK (decision IN ('pending', 'approved', 'denied')),
      person_id TEXT REFERENCES people (id) ON DELETE CASCADE,
      session_id TEXT,
      authentication TEXT
    )`,
    'CREATE INDEX oauth_devices_client_id ON oauth_devices (client_id)',
    'CREATE INDEX oauth_devices_person_id ON oauth_devices (person_id)',
    'CREATE INDEX oauth_devices_session_id ON oauth_devices (session_id)',
    'CREATE INDEX oauth_devices_expires_at ON oauth_devices (expires_at)',
    // `value` is a token id, a grant id or a subject. Positions are whole; as doubles they last longer than 32 bits.
    `CREATE TABLE oauth_revocations (
      position DOUBLE PRECISION NOT NULL PRIMARY KEY,
      kind TEXT NOT NULL CHECK (kind IN ('token', 'grant', 'subject')),
      value TEXT NOT NULL,
      issued_before DOUBLE PRECISION,
      expires_at DOUBLE PRECISION NOT NULL,
      CHECK ((kind = 'subject') = (issued_before IS NOT NULL))
    )`,
    'CREATE INDEX oauth_revocations_value ON oauth_revocations (value, kind)',
    'CREATE INDEX oauth_revocations_expires_at ON oauth_revocations (expires_at)',
    // One row. The position that was given last stays also when the revocation is purged.
    `CREATE TABLE oauth_revocation_positions (
      id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
      last DOUBLE PRECISION NOT NULL
    )`,
    'INSERT INTO oauth_revocation_positions (id, last) VALUES (1, 0)',
    `CREATE TABLE logout_deliveries (
      id TEXT NOT NULL PRIMARY KEY,
      client_id TEXT NOT NULL REFERENCES oauth_clients (id) ON DELETE CASCADE,
      url TEXT NOT NULL,
      subject TEXT NOT NULL,
      session_id TEXT,
      created_at DOUBLE PRECISION NOT NULL,
      next_attempt_at DOUBLE PRECISION NOT NULL,
      expires_at DOUBLE PRECISION NOT NULL,
      attempts INTEGER NOT NULL
    )`,
    'CREATE INDEX logout_deliveries_client_id ON logout_deliveries (client_id)',
    'CREATE INDEX logout_deliveries_next_attempt_at ON logout_deliveries (next_attempt_at)',
    'CREATE INDEX logout_deliveries_expires_at ON logout_deliveries (expires_at)',
  ],
};
