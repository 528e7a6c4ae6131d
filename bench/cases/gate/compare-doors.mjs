import { compare, comparisonTable } from '../../lib/comparison.mjs';
import { withDoors } from './start-doors.mjs';

/**
 * One table: doors with the tokens of one algorithm.
 * @param {import('./start-doors.mjs').DoorsPlan & {
 *   references: readonly string[],
 *   measurement: { rounds: number, sliceMs: number },
 * }} plan
 */
export function compareDoors({ references, measurement, ...plan }) {
  return withDoors(plan, async (lanes) => {
    const each = [...lanes];
    const rows = await compare(
      each.map(([name, lane]) => ({ name, takeSlice: lane.slices() })),
      references,
      measurement,
    );
    const notes = each.flatMap(([name, { facts }]) => (facts.note ? [`${name}: ${facts.note}`] : []));
    return { rows, notes, text: [comparisonTable(rows), ...notes].join('\n') };
  });
}
