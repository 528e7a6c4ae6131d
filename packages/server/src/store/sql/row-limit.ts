/**
 * Guards what follows LIMIT: SQLite takes a negative number for "no limit", PostgreSQL refuses it (S8).
 * @throws RangeError for anything but a whole number from 1
 */
export function rowLimit(limit: number): number {
  if (!Number.isSafeInteger(limit) || limit < 1) {
    throw new RangeError(`limit must be a whole number of rows from 1, not ${limit}`);
  }
  return limit;
}
