import { interleave } from './interleave.mjs';
import { median, medianRatio, quantile } from './statistics.mjs';
import { formatFigure, formatTable } from './table.mjs';

const SLICE_MS = 50;
const QUICK = { rounds: 3, sliceMs: 5 };

/** @param {{ rounds: number, quick?: boolean }} options */
export const measurementOf = ({ rounds, quick }) => (quick ? QUICK : { rounds, sliceMs: SLICE_MS });

/**
 * @typedef {object} Row
 * @property {string} contender
 * @property {number} medianMicroseconds
 * @property {number} p25Microseconds
 * @property {number} p75Microseconds
 * @property {Record<string, number>} ratios time over the time of each reference, below 1 is faster
 */

/**
 * Runs the contenders against each other and sums up.
 * @param {readonly import('./interleave.mjs').Lane[]} lanes
 * @param {readonly string[]} references names of lanes that the others are measured against
 * @param {{ rounds: number, sliceMs: number }} measurement
 * @returns {Promise<Row[]>}
 */
export async function compare(lanes, references, measurement) {
  const timings = await interleave({ lanes, ...measurement });
  const present = references.flatMap((name) => timings.filter((timing) => timing.name === name));
  return timings.map(({ name, microseconds }) => ({
    contender: name,
    medianMicroseconds: median(microseconds),
    p25Microseconds: quantile(microseconds, 0.25),
    p75Microseconds: quantile(microseconds, 0.75),
    ratios: Object.fromEntries(
      present.map((reference) => [reference.name, medianRatio(microseconds, reference.microseconds)]),
    ),
  }));
}

/** @param {readonly Row[]} rows */
export function comparisonTable(rows) {
  const references = Object.keys(rows[0].ratios);
  return formatTable(
    ['contender', 'us/op', 'p25-p75', ...references.map((name) => `/ ${name}`)],
    rows.map((row) => [
      row.contender,
      formatFigure(row.medianMicroseconds),
      `${formatFigure(row.p25Microseconds)}-${formatFigure(row.p75Microseconds)}`,
      ...references.map((name) => row.ratios[name].toFixed(2)),
    ]),
  );
}
