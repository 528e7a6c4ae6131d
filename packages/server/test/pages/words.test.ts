import { expect, it } from 'vitest';
import { agoInWords, instantForMachines, instantInWords, waitInWords } from '../../src/pages/words.js';

it.each([
  [0, '1 second'],
  [1, '1 second'],
  [1.2, '2 seconds'],
  [60, '60 seconds'],
  [61, '2 minutes'],
  [900, '15 minutes'],
  [3600, '60 minutes'],
  [3601, '2 hours'],
  [172_800, '48 hours'],
  [172_801, '3 days'],
])('never says that a wait of %s seconds is shorter than it is', (seconds, words) => {
  expect(waitInWords(seconds)).toBe(words);
});

it.each([
  [-5, 'just now'],
  [59, 'just now'],
  [60, '1 minute ago'],
  [3599, '59 minutes ago'],
  [3600, '1 hour ago'],
  [7200, '2 hours ago'],
])('says how long ago %s seconds are', (seconds, words) => {
  expect(agoInWords(seconds)).toBe(words);
});

it('names instants with their time zone', () => {
  expect(instantInWords(1_700_000_000.9)).toBe('14 November 2023, 22:13:20 UTC');
  expect(instantForMachines(1_700_000_000.9)).toBe('2023-11-14T22:13:20.000Z');
});
