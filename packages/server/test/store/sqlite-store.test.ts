import { expect, it } from 'vitest';
import { availableDrivers, SQLITE_DRIVERS } from '../../src/store/sqlite/open-database.js';
import { openSqlitePair } from '../support/sqlite-stores.js';
import { describeStore } from './store-conformance.js';

const drivers = await availableDrivers();
for (const driver of drivers) describeStore(`SQLite by ${driver}`, () => openSqlitePair(driver));
for (const driver of SQLITE_DRIVERS) {
  if (!drivers.includes(driver))
    console.warn(`NOT RUN: SQLite by ${driver}, which this runtime does not have`);
}

it('this runtime has a SQLite driver', () => {
  expect(drivers).not.toEqual([]);
});
