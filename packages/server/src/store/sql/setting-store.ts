import type { SettingStore } from '../../domain/stores.js';
import type { SqlDriver } from './driver.js';
import { first, run } from './sql-program.js';

const GET = 'SELECT value AS "value" FROM settings WHERE name = $1';
const INSERT = 'INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING';

export function createSqlSettingStore(driver: SqlDriver): SettingStore {
  return {
    get: (name) =>
      driver.read(function* () {
        const row = yield* first<{ value: string }>(GET, name);
        return row?.value;
      }),
    insertOnce: (name, value) =>
      driver.write(function* () {
        return (yield* run(INSERT, name, value)) === 1;
      }),
  };
}
