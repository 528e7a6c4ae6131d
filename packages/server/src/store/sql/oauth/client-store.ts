import {
  CLIENT_DEFAULTS,
  type Client,
  type ClientSecret,
  type ClientSettings,
  JWT_BEARER,
} from '../../../domain/oauth/client.js';
import type { ClientStore } from '../../../domain/oauth/stores.js';
import type { SqlDriver } from '../driver.js';
import { rowLimit } from '../row-limit.js';
import { all, first, run, type SqlProgram } from '../sql-program.js';
import { revokeTokensOfClient } from './revoke-grants.js';

/** Clocks differ, and other processes sign by older settings for some more seconds. */
const USABLE_MARGIN_SECONDS = 5 * 60;

/** Who was let in before the client was deleted, by a clock that is ahead, has its last token after so long. */
const LAST_TOKEN_SECONDS = 60;

/** The settings are one JSON text, as those of apps are. */
interface ClientRow {
  readonly id: string;
  readonly settings: string;
  readonly version: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}

const COLUMNS =
  'id AS "id", settings AS "settings", version AS "version", created_at AS "createdAt", updated_at AS "updatedAt"';
const INSERT = `INSERT INTO oauth_clients
    (id, settings, disabled, usable_seconds, logout_uri, assertion_issuer, version, created_at, updated_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO NOTHING`;
const FIND = `SELECT ${COLUMNS} FROM oauth_clients WHERE id = $1`;
/** A second one is all it takes to know that it is not the only one. */
const FIND_BY_ASSERTION_ISSUER = `SELECT ${COLUMNS} FROM oauth_clients
  WHERE assertion_issuer = $1 AND disabled = 0 LIMIT 2`;
const LIST = `SELECT ${COLUMNS} FROM oauth_clients WHERE id > $1 ORDER BY id LIMIT $2`;
const UPDATE = `UPDATE oauth_clients SET settings = $1, disabled = $2, usable_seconds = $3, logout_uri = $4,
    assertion_issuer = $5, version = version + 1, updated_at = $6
  WHERE id = $7 AND version = $8 RETURNING ${COLUMNS}`;
/** Before anything that belongs to the client is touched, so that nothing is added to it meanwhile. */
const SHUT = 'UPDATE oauth_clients SET disabled = 1 WHERE id = $1';
const DELETE = 'DELETE FROM oauth_clients WHERE id = $1';

const FIND_SECRETS = `SELECT hash AS "hash", created_at AS "createdAt", expires_at AS "expiresAt"
  FROM oauth_client_secrets WHERE client_id = $1 AND (expires_at IS NULL OR expires_at > $2)
  ORDER BY position DESC LIMIT 2`;
/** Changes nothing; of those who add secrets to one client at once, it lets one after the other go on. */
const HOLD = 'UPDATE oauth_clients SET updated_at = updated_at WHERE id = $1';
const KEEP_NEWEST_SECRET = `DELETE FROM oauth_client_secrets WHERE client_id = $1
  AND position < (SELECT MAX(position) FROM oauth_client_secrets WHERE client_id = $1)`;
const END_SECRET = `UPDATE oauth_client_secrets SET expires_at = $1
  WHERE client_id = $2 AND (expires_at IS NULL OR expires_at > $1)`;
const INSERT_SECRET = `INSERT INTO oauth_client_secrets (client_id, position, hash, created_at, expires_at)
  VALUES ($1, (SELECT COALESCE(MAX(position), 0) + 1 FROM oauth_client_secrets WHERE client_id = $1), $2, $3, $4)`;

export function createSqlClientStore(driver: SqlDriver): ClientStore {
  return {
    insertOnce: (client, secret) =>
      driver.write(function* () {
        const { id, version, createdAt, updatedAt } = client;
        const inserted = yield* run(INSERT, id, ...settingValues(client), version, createdAt, updatedAt);
        if (inserted === 0) return false;
        if (secret !== null) yield* insertSecret(id, secret);
        return true;
      }),
    find: (id, nowSeconds) =>
      driver.read(function* () {
        const row = yield* first<ClientRow>(FIND, id);
        if (row === undefined) return undefined;
        return { client: clientFrom(row), secrets: yield* all<ClientSecret>(FIND_SECRETS, id, nowSeconds) };
      }),
    findByAssertionIssuer: (asapIssuer) =>
      driver.read(function* () {
        const [row, ...others] = yield* all<ClientRow>(FIND_BY_ASSERTION_ISSUER, asapIssuer);
        return row === undefined || others.length > 0 ? undefined : clientFrom(row);
      }),
    list: ({ afterId, limit }) =>
      driver.read(function* () {
        const rows = yield* all<ClientRow>(LIST, afterId ?? '', rowLimit(limit));
        return rows.map(clientFrom);
      }),
    update: (id, expectedVersion, settings, nowSeconds) =>
      driver.write(function* () {
        const values = settingValues(settings);
        const updated = yield* first<ClientRow>(UPDATE, ...values, nowSeconds, id, expectedVersion);
        if (updated === undefined) {
          const present = yield* first<ClientRow>(FIND, id);
          return { outcome: present === undefined ? 'not_found' : 'conflict' };
        }
        // Of this very second too; not later, since the client may be enabled again.
        if (settings.disabled) yield* revokeTokensOfClient(id, { nowSeconds, issuedBefore: nowSeconds + 1 });
        return { outcome: 'updated', client: clientFrom(updated) };
      }),
    addSecret: (id, secret, overlapEndsAt) =>
      driver.write(function* () {
        if ((yield* run(HOLD, id)) === 0) return false;
        yield* run(KEEP_NEWEST_SECRET, id);
        yield* run(END_SECRET, overlapEndsAt, id);
        yield* insertSecret(id, secret);
        return true;
      }),
    delete: (id, nowSeconds) =>
      driver.write(function* () {
        if ((yield* run(SHUT, id)) === 0) return false;
        const issuedBefore = nowSeconds + LAST_TOKEN_SECONDS;
        yield* revokeTokensOfClient(id, { nowSeconds, issuedBefore });
        yield* run(DELETE, id);
        return true;
      }),
  };
}

function insertSecret(clientId: string, { hash, createdAt, expiresAt }: ClientSecret): SqlProgram<number> {
  return run(INSERT_SECRET, clientId, hash, createdAt, expiresAt);
}

/** For the columns settings, disabled, usable_seconds, logout_uri and assertion_issuer. */
function settingValues(settings: ClientSettings) {
  return [
    settingsText(settings),
    settings.disabled ? 1 : 0,
    settings.accessTokenLifetimeSeconds + USABLE_MARGIN_SECONDS,
    settings.backchannelLogoutUri,
    settings.grantTypes.includes(JWT_BEARER) ? settings.asapIssuer : null,
  ] as const;
}

/** Names every setting, so that a whole `Client` given as settings leaves no second copy of id and version behind. */
function settingsText(settings: ClientSettings): string {
  const stored: ClientSettings = {
    name: settings.name,
    authMethod: settings.authMethod,
    grantTypes: settings.grantTypes,
    redirectUris: settings.redirectUris,
    postLogoutRedirectUris: settings.postLogoutRedirectUris,
    access: settings.access,
    jwks: settings.jwks,
    jwksUri: settings.jwksUri,
    asapIssuer: settings.asapIssuer,
    introspects: settings.introspects,
    requirePar: settings.requirePar,
    requireDpop: settings.requireDpop,
    skipConsent: settings.skipConsent,
    backchannelLogoutUri: settings.backchannelLogoutUri,
    accessTokenLifetimeSeconds: settings.accessTokenLifetimeSeconds,
    idTokenLifetimeSeconds: settings.idTokenLifetimeSeconds,
    refreshIdleSeconds: settings.refreshIdleSeconds,
    refreshLifetimeSeconds: settings.refreshLifetimeSeconds,
    disabled: settings.disabled,
  };
  return JSON.stringify(stored);
}

/** A setting that came after the client was stored has its default. */
function clientFrom({ settings, ...row }: ClientRow): Client {
  const stored = JSON.parse(settings) as ClientSettings;
  return { ...CLIENT_DEFAULTS, ...stored, ...row };
}
