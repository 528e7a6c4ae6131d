import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('./store-process.mjs', import.meta.url));
const BUILT = fileURLToPath(new URL('../../dist/store/sqlite/index.js', import.meta.url));

export type StoreTask =
  | { readonly task: 'migrate'; readonly files: readonly string[] }
  | { readonly task: 'dieMigrating'; readonly file: string; readonly atStatement: number }
  | {
      readonly task: 'redeem';
      readonly file: string;
      readonly appId: string;
      readonly links: readonly { linkHash: string; tokenHash: string }[];
      readonly atOnce: number;
      readonly nowSeconds: number;
    };

export interface StoreProcess<Report> {
  /** Lets the task begin; gives what it reported when the process has ended, one way or the other. */
  run(onReport?: (report: Report) => void): Promise<{ reports: readonly Report[]; done: boolean }>;
  /** SIGKILL. */
  kill(): void;
}

/** A process that has the built store loaded, and waits for `run`. */
export async function startStoreProcess<Report>(task: StoreTask): Promise<StoreProcess<Report>> {
  if (!existsSync(BUILT)) throw new Error('packages/server/dist is missing: run `npm run build` first');
  const child = fork(SCRIPT, { execArgv: [], env: {} });
  const ready = nextMessage(child);
  child.send(task);
  await ready;
  return {
    run: (onReport = () => {}) =>
      new Promise((resolve, reject) => {
        const reports: Report[] = [];
        let done = false;
        child.on('message', (message: Report | { done: true }) => {
          if (typeof message === 'object' && message !== null && 'done' in message) {
            done = true;
            return;
          }
          reports.push(message as Report);
          onReport(message as Report);
        });
        child.once('error', reject);
        child.once('exit', () => resolve({ reports, done }));
        child.send('go');
      }),
    kill: () => {
      child.kill('SIGKILL');
    },
  };
}

function nextMessage(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) => reject(new Error(`the process ended with ${code} before it was ready`)));
  });
}
