/**
 * The value below which the given part of the values lies, interpolated between neighbours.
 * @param {readonly number[]} values
 * @param {number} part 0 to 1
 */
export function quantile(values, part) {
  const sorted = [...values].sort((a, b) => a - b);
  const position = (sorted.length - 1) * part;
  const below = sorted[Math.floor(position)];
  return below + (sorted[Math.ceil(position)] - below) * (position - Math.floor(position));
}

/** @param {readonly number[]} values */
export const median = (values) => quantile(values, 0.5);

/**
 * Median of the ratios of each round. Both sides of a ratio come from the same round, so that what slows
 * the whole machine for a while cancels out.
 * @param {readonly number[]} numerators one a round
 * @param {readonly number[]} denominators one a round
 */
export const medianRatio = (numerators, denominators) =>
  median(numerators.map((value, round) => value / denominators[round]));
