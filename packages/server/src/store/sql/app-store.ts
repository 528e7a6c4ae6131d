import { APP_DEFAULTS, type App, type AppSettings, AUTHORITY_APP_ID } from '../../domain/app.js';
import type { AppStore } from '../../domain/stores.js';
import type { SqlDriver } from './driver.js';
import { rowLimit } from './row-limit.js';
import { insertSigningKey } from './signing-key-store.js';
import { all, first, run } from './sql-program.js';

/** The settings are one JSON text: nothing is looked up by them, and a new setting needs no migration. */
interface AppRow {
  readonly id: string;
  readonly settings: string;
  readonly version: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}

const COLUMNS =
  'id AS "id", settings AS "settings", version AS "version", created_at AS "createdAt", updated_at AS "updatedAt"';
const INSERT = `INSERT INTO apps (id, settings, version, created_at, updated_at) VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (id) DO NOTHING`;
const FIND = `SELECT ${COLUMNS} FROM apps WHERE id = $1`;
const LIST = `SELECT ${COLUMNS} FROM apps WHERE id > $1 AND id <> '${AUTHORITY_APP_ID}' ORDER BY id LIMIT $2`;
const UPDATE = `UPDATE apps SET settings = $1, version = version + 1, updated_at = $2
  WHERE id = $3 AND version = $4 RETURNING ${COLUMNS}`;
const DELETE = 'DELETE FROM apps WHERE id = $1';

export function createSqlAppStore(driver: SqlDriver): AppStore {
  return {
    insertOnce: (app, keys) =>
      driver.write(function* () {
        const { id, version, createdAt, updatedAt } = app;
        const inserted = yield* run(INSERT, id, settingsText(app), version, createdAt, updatedAt);
        if (inserted === 0) return false;
        for (const key of keys) yield* insertSigningKey(key);
        return true;
      }),
    find: (id) =>
      driver.read(function* () {
        const row = yield* first<AppRow>(FIND, id);
        return row && appFrom(row);
      }),
    list: ({ afterId, limit }) =>
      driver.read(function* () {
        const rows = yield* all<AppRow>(LIST, afterId ?? '', rowLimit(limit));
        return rows.map(appFrom);
      }),
    update: (id, expectedVersion, settings, nowSeconds) =>
      driver.write(function* () {
        const updated = yield* first<AppRow>(UPDATE, settingsText(settings), nowSeconds, id, expectedVersion);
        if (updated !== undefined) return { outcome: 'updated', app: appFrom(updated) };
        const present = yield* first<AppRow>(FIND, id);
        return { outcome: present === undefined ? 'not_found' : 'conflict' };
      }),
    delete: (id) =>
      driver.write(function* () {
        return (yield* run(DELETE, id)) === 1;
      }),
  };
}

/** Names every setting, so that a whole `App` given as settings leaves no second copy of id and version behind. */
function settingsText(settings: AppSettings): string {
  const stored: AppSettings = {
    name: settings.name,
    redirectUrl: settings.redirectUrl,
    delivery: settings.delivery,
    allowRefresh: settings.allowRefresh,
    linkBinding: settings.linkBinding,
    algorithm: settings.algorithm,
    linkLifetimeSeconds: settings.linkLifetimeSeconds,
    codeLifetimeSeconds: settings.codeLifetimeSeconds,
    idTokenLifetimeSeconds: settings.idTokenLifetimeSeconds,
    refreshTokenLifetimeSeconds: settings.refreshTokenLifetimeSeconds,
    mailsPerHour: settings.mailsPerHour,
    mailTemplate: settings.mailTemplate,
  };
  return JSON.stringify(stored);
}

/** A setting that came after the app was stored has its default. */
function appFrom({ settings, ...row }: AppRow): App {
  const stored = JSON.parse(settings) as AppSettings;
  return { ...APP_DEFAULTS, ...stored, ...row };
}
