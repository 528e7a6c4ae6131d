/**
 * Everything that is SQL, written once in what SQLite and PostgreSQL both speak: one file a store contract, the
 * migrations, and the seam (driver.ts) behind which a database is. Imported by store/sqlite and its like only.
 */
export type { SqlDriver } from './driver.js';
export {
  assertSchemaVersion,
  type MigrationPlan,
  type MigrationReport,
  migrate,
  planMigrations,
  readSchemaVersion,
  SchemaError,
} from './migrate.js';
export {
  first,
  runSync,
  type SqlAnswer,
  type SqlCall,
  type SqlProgram,
  type SqlValue,
} from './sql-program.js';
export { createSqlStore } from './sql-store.js';
