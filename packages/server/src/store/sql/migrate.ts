/** Brings a database to the schema of this program, and says whether it is there. */
import type { SqlDriver } from './driver.js';
import { MIGRATIONS, type Migration } from './migrations/index.js';
import { first, run, type SqlProgram } from './sql-program.js';

/**
 * The database does not have the schema of this program, and was not changed.
 * `unmigrated`: older or empty, `countersign migrate` mends it. `newer`: only a newer program can use it.
 */
export class SchemaError extends Error {
  override readonly name = 'SchemaError';
  readonly reason: 'unmigrated' | 'newer';

  constructor(reason: 'unmigrated' | 'newer', message: string) {
    super(message);
    this.reason = reason;
  }
}

/** What was applied, as `0001-sign-in`, or would be. `from` and `to` are schema versions; 0 is an empty database. */
export interface MigrationReport {
  readonly from: number;
  readonly to: number;
  readonly applied: readonly string[];
}

export interface MigrationPlan {
  readonly from: number;
  readonly to: number;
  readonly pending: readonly string[];
}

const CREATE_VERSIONS = `CREATE TABLE IF NOT EXISTS schema_migrations (
  version INTEGER NOT NULL PRIMARY KEY,
  name TEXT NOT NULL
)`;
const READ_VERSION = 'SELECT version AS "version" FROM schema_migrations ORDER BY version DESC LIMIT 1';
const RECORD_VERSION = 'INSERT INTO schema_migrations (version, name) VALUES ($1, $2)';

const latestVersion = (migrations: readonly Migration[]) => migrations.at(-1)?.version ?? 0;
const migrationTitle = ({ version, name }: Migration) => `${String(version).padStart(4, '0')}-${name}`;

function refuseNewer(version: number, migrations: readonly Migration[]): void {
  const latest = latestVersion(migrations);
  if (version > latest) {
    throw new SchemaError(
      'newer',
      `The database has schema version ${version}, this program knows versions up to ${latest}. ` +
        'Start the newer program it was migrated with, or restore a backup from before.',
    );
  }
}

/** The schema version of a database that has the table of versions. */
export function* readSchemaVersion(): SqlProgram<number> {
  const row = yield* first<{ version: number }>(READ_VERSION);
  return row?.version ?? 0;
}

/**
 * Applies the next migration, if one is missing, and gives its title. One transaction with the check before it: two
 * processes apply each migration once, and a process killed half-way leaves the version that was there (S10).
 */
function* applyNext(migrations: readonly Migration[]): SqlProgram<string | undefined> {
  yield* run(CREATE_VERSIONS);
  const version = yield* readSchemaVersion();
  refuseNewer(version, migrations);
  const next = migrations.find((migration) => migration.version === version + 1);
  if (next === undefined) return undefined;
  for (const statement of next.statements) yield* run(statement);
  yield* run(RECORD_VERSION, next.version, next.name);
  return migrationTitle(next);
}

/**
 * Applies what is missing, one transaction a migration. Running it again changes nothing.
 * The driver's `write` must keep a second process from migrating at the same time.
 * @throws SchemaError `newer`, StoreUnavailableError
 */
export async function migrate(
  driver: SqlDriver,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<MigrationReport> {
  const applied: string[] = [];
  for (;;) {
    const title = await driver.write(() => applyNext(migrations));
    if (title === undefined) break;
    applied.push(title);
  }
  const to = latestVersion(migrations);
  return { from: to - applied.length, to, applied };
}

/** What `migrate` would do to a database of this version. @throws SchemaError `newer` */
export function planMigrations(
  version: number,
  migrations: readonly Migration[] = MIGRATIONS,
): MigrationPlan {
  refuseNewer(version, migrations);
  const pending = migrations.filter((migration) => migration.version > version).map(migrationTitle);
  return { from: version, to: latestVersion(migrations), pending };
}

/** @throws SchemaError unless the database has exactly the schema of this program */
export function assertSchemaVersion(version: number, migrations: readonly Migration[] = MIGRATIONS): void {
  const { from, to, pending } = planMigrations(version, migrations);
  if (pending.length > 0) {
    throw new SchemaError(
      'unmigrated',
      `The database has schema version ${from}, this program needs version ${to}. Run \`countersign migrate\` first.`,
    );
  }
}
