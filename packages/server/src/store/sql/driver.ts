import type { SqlProgram } from './sql-program.js';

/**
 * The seam between the SQL of this folder and a database. Programs come as functions that make them, so that a driver
 * may run one again after a serialization failure.
 */
export interface SqlDriver {
  /** Runs a program that changes nothing. Its statements need not see the same instant. */
  read<Result>(program: () => SqlProgram<Result>): Promise<Result>;
  /**
   * Runs a program in a transaction. Resolves after the commit is durable; if it rejects, nothing was changed.
   * Rejects with StoreUnavailableError where the database cannot answer, else with what the program threw.
   */
  write<Result>(program: () => SqlProgram<Result>): Promise<Result>;
  /** Finishes what was asked for, then lets go of the database. */
  close(): Promise<void>;
}
