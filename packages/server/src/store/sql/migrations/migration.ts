/** One step of the schema. Applied whole or not at all; never changed after a release, only followed by another. */
export interface Migration {
  /** Counts up from 1 without a gap. */
  readonly version: number;
  readonly name: string;
  /** In what SQLite and PostgreSQL both speak. */
  readonly statements: readonly string[];
}
