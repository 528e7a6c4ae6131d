// Benchmarks: `npm run bench -- <name> [options]`. How to read the figures: docs/benchmarks.md.
//   cases/       one benchmark a file: what is compared and what is checked before the clock starts
//   contenders/  one library a file: how it is asked to do the work that all of them do
//   workload/    the keys, tokens and claims that they all get
//   lib/         rounds, statistics, environment, tables; knows no library
import { parseOptions, UsageProblem, usageOf } from './lib/arguments.mjs';

/** Loaded on demand, so that one benchmark never pays for the imports of another. */
const BENCHMARKS = {
  verify: () => import('./cases/verify.mjs'),
  sign: () => import('./cases/sign.mjs'),
  replay: () => import('./cases/replay.mjs'),
  gate: () => import('./cases/gate.mjs'),
};

async function generalUsage() {
  const names = Object.keys(BENCHMARKS);
  const width = Math.max(...names.map((name) => name.length));
  const lines = await Promise.all(
    names.map(async (name) => `  ${name.padEnd(width)}  ${(await BENCHMARKS[name]()).benchmark.summary}`),
  );
  return [
    'usage: npm run bench -- <name> [options]',
    '',
    ...lines,
    '',
    'npm run bench -- <name> --help lists its options.',
  ].join('\n');
}

async function main([name, ...rest]) {
  if (name === undefined || name === '--help' || name === '-h') {
    console.log(await generalUsage());
    return name === undefined ? 2 : 0;
  }
  if (!Object.hasOwn(BENCHMARKS, name)) {
    console.error(`unknown benchmark "${name}"\n\n${await generalUsage()}`);
    return 2;
  }
  const { benchmark } = await BENCHMARKS[name]();
  try {
    const options = parseOptions(benchmark, rest);
    if (options.help) console.log(usageOf(name, benchmark));
    else await benchmark.run(options);
    return 0;
  } catch (error) {
    if (!(error instanceof UsageProblem)) throw error;
    console.error(`${error.message}\n\n${usageOf(name, benchmark)}`);
    return 2;
  }
}

process.exitCode = await main(process.argv.slice(2));
