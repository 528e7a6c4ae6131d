import { interleave } from '../../lib/interleave.mjs';
import { median } from '../../lib/statistics.mjs';
import { formatFigure, formatTable } from '../../lib/table.mjs';
import { withDoors } from './start-doors.mjs';

/**
 * What a request takes longer for having a gate at its door. Where there is no calling without the gate, that is the
 * call of the adapter itself, from the request that the framework hands over to its going on; where there is, the
 * difference within each round.
 * @param {import('./start-doors.mjs').DoorsPlan & { measurement: { rounds: number, sliceMs: number } }} plan the first
 * of the doors is the bare gate
 */
export function compareAdapters({ measurement, ...plan }) {
  return withDoors(plan, async (lanes) => {
    const guarded = [...lanes].map(([name, lane]) => ({ name, takeSlice: lane.slices() }));
    const open = [...lanes].flatMap(([name, lane]) =>
      lane.facts.hasOpen ? [{ name: openOf(name), takeSlice: lane.slices('open') }] : [],
    );
    const timings = await interleave({ lanes: [...guarded, ...open], ...measurement });
    const rows = toRows(plan.doors, new Map(timings.map(({ name, microseconds }) => [name, microseconds])));
    return { rows, text: adapterTable(rows) };
  });
}

/** @param {string} name */
const openOf = (name) => `${name}, open`;

/**
 * @param {readonly string[]} doors
 * @param {ReadonlyMap<string, readonly number[]>} timings
 */
function toRows(doors, timings) {
  const bare = timings.get(doors[0]) ?? [];
  return doors.map((name) => {
    const guarded = timings.get(name) ?? [];
    const open = timings.get(openOf(name));
    const added = guarded.map((value, round) => value - (open?.[round] ?? 0));
    return {
      door: name,
      guarded: median(guarded),
      open: open && median(open),
      added: median(added),
      leastAdded: Math.min(...guarded) - (open ? Math.min(...open) : 0),
      addedByAdapter: median(added.map((value, round) => value - bare[round])),
    };
  });
}

/** @param {ReturnType<typeof toRows>} rows */
const adapterTable = (rows) =>
  formatTable(
    ['through', 'us/op', 'without a gate', 'added', 'added at least', 'of it by the adapter'],
    rows.map(({ door, guarded, open, added, leastAdded, addedByAdapter }, index) => [
      door,
      formatFigure(guarded),
      open === undefined ? '-' : formatFigure(open),
      formatFigure(added),
      formatFigure(leastAdded),
      index === 0 ? '-' : addedByAdapter.toFixed(2),
    ]),
  );
