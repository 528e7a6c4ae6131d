import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';

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
    packages: Object.fromEntries(packages.map((name) => [name, versionOf(name)])),
  };
}

/** @param {ReturnType<typeof describeEnvironment>} environment */
export function environmentLines(environment) {
  const { date, cpu, cores, usableCores, threadPool, node, openssl, platform, commit, packages } =
    environment;
  return [
    `${date}, commit ${commit}`,
    `${cpu}, ${cores} cores (${usableCores} usable), ${platform}`,
    `Node ${node}, OpenSSL ${openssl}, thread pool ${threadPool}`,
    Object.entries(packages)
      .map(([name, version]) => `${name} ${version}`)
      .join(', '),
  ];
}
