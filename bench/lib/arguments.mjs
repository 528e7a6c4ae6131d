import { parseArgs } from 'node:util';

/** The caller asked for something that cannot be done: usage is printed and the exit code is 2. */
export class UsageProblem extends Error {}

/**
 * An option of a benchmark. `read` turns the text into the value and throws UsageProblem when it cannot;
 * without `read` the option is a switch.
 * @typedef {{ help: string, read?: (text: string) => unknown, initial?: string, value?: string }} Option
 * @typedef {{ summary: string, options: Record<string, Option>, run: (options: any) => Promise<void> }} Benchmark
 */

/** @type {Record<string, Option>} Every benchmark takes these. */
const SHARED = {
  rounds: { help: 'rounds in which the contenders alternate', value: 'N', initial: '21', read: wholeNumber },
  quick: { help: 'a smoke run: 3 short rounds, figures mean nothing' },
  json: { help: 'print one JSON document instead of tables' },
  help: { help: 'print this' },
};

/** @param {string} text */
export function wholeNumber(text) {
  if (!/^[1-9]\d{0,5}$/.test(text))
    throw new UsageProblem(`"${text}" is not a whole number from 1 to 999999`);
  return Number(text);
}

/** @param {readonly string[]} allowed */
export function listOf(allowed) {
  /** @param {string} text */
  return (text) => {
    const names = text.split(',').map((name) => name.trim());
    const unknown = names.filter((name) => !allowed.includes(name));
    if (unknown.length > 0)
      throw new UsageProblem(`unknown: ${unknown.join(', ')} (known: ${allowed.join(', ')})`);
    return names;
  };
}

/**
 * @param {Benchmark} benchmark
 * @param {string[]} args
 * @returns {Record<string, any>} option values; switches are true or absent
 */
export function parseOptions(benchmark, args) {
  const options = { ...benchmark.options, ...SHARED };
  const config = Object.fromEntries(
    Object.entries(options).map(([name, { read }]) => [name, { type: read ? 'string' : 'boolean' }]),
  );
  let given;
  try {
    given = parseArgs({ args, options: /** @type {any} */ (config), strict: true }).values;
  } catch (error) {
    throw new UsageProblem(error instanceof Error ? error.message : String(error));
  }
  const values = /** @type {Record<string, any>} */ ({});
  for (const [name, { read, initial }] of Object.entries(options)) {
    const text = given[name] ?? initial;
    if (text !== undefined) values[name] = read ? read(text) : text;
  }
  return values;
}

/**
 * @param {string} name
 * @param {Benchmark} benchmark
 */
export function usageOf(name, benchmark) {
  const rows = Object.entries({ ...benchmark.options, ...SHARED }).map(
    ([option, { help, value, initial }]) => [
      `--${option}${value ? ` ${value}` : ''}`,
      initial ? `${help} (default ${initial})` : help,
    ],
  );
  const width = Math.max(...rows.map(([left]) => left.length));
  return [
    `usage: npm run bench -- ${name} [options]`,
    '',
    benchmark.summary,
    '',
    ...rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`),
  ].join('\n');
}
