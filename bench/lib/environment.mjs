import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';

const ROOT = new URL('../../', import.meta.url);

/** @param {string} name */
function versionOf(name) {
  return JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, ROOT), 'utf8')).version;
}

function gitCommit() {
  /** @param {string[]} args */
  const git = (...args) =>
    execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    return `${git('rev-parse', '--short=12', 'HEAD')}${git('status', '--porcelain') === '' ? '' : ' dirty'}`;
  } catch {
    return 'unknown';
  }
}

/**
 * What a figure must be quoted with.
 * @param {readonly string[]} packages whose versions matter
 */
export function describeEnvironment(packages) {
  return {
    date: new Date().toISOString(),
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    usableCores: availableParallelism(),
    threadPool: Number(process.env.UV_THREADPOOL_SIZE ?? 4),
    node: process.version,
    openssl: process.versions.openssl,
    platform: `${process.platform} ${process.arch}`,
    commit: gitCommit(),
    loadAverage: { before: loadavg()[0], after: Number.NaN },
    packages: Object.fromEntries(packages.map((name) => [name, versionOf(name)])),
  };
}

/**
 * Notes how busy the machine was when the run was over. One process of our own makes 1: what is above that came
 * from elsewhere, and figures taken meanwhile are to be taken again.
 * @param {ReturnType<typeof describeEnvironment>} environment
 */
export function noteLoad(environment) {
  environment.loadAverage.after = loadavg()[0];
}

/** @param {ReturnType<typeof describeEnvironment>} environment */
export function environmentLines(environment) {
  const { cores, usableCores, loadAverage } = environment;
  return [
    `${environment.date}, commit ${environment.commit}`,
    `${environment.cpu}, ${cores} cores (${usableCores} usable), ${environment.platform}`,
    `Node ${environment.node}, OpenSSL ${environment.openssl}, thread pool ${environment.threadPool}`,
    `load average ${loadAverage.before.toFixed(1)} before, ${loadAverage.after.toFixed(1)} after`,
    Object.entries(environment.packages)
      .map(([name, version]) => `${name} ${version}`)
      .join(', '),
  ];
}
