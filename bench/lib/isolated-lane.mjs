// A contender in an isolate of its own: what others do to the shapes and types that shared code has seen, and the garbage
// that they leave, is none of its business. In a server it is alone, too.
import { parentPort, Worker, workerData } from 'node:worker_threads';

/**
 * @typedef {import('./time-slice.mjs').TakeSlice} TakeSlice
 *
 * @typedef {object} IsolatedLane
 * @property {any} facts what the contender told of itself when it was ready
 * @property {(variant?: string) => TakeSlice} slices
 * @property {() => Promise<unknown>} stop
 */

/**
 * @param {URL} script calls `serveSlices`
 * @param {unknown} data for it
 * @returns {Promise<IsolatedLane>} when it is ready; rejects with what it fails of
 */
export async function startIsolatedLane(script, data) {
  const worker = new Worker(script, { workerData: data });
  /** @type {{ resolve: (message: any) => void, reject: (error: Error) => void } | undefined} */
  let waiting;
  worker.on('message', (message) => waiting?.resolve(message));
  worker.on('error', (error) => waiting?.reject(error));
  worker.on('exit', (code) => waiting?.reject(new Error(`a contender ended with code ${code}`)));
  /** @returns {Promise<any>} */
  const nextMessage = () =>
    new Promise((resolve, reject) => {
      waiting = { resolve, reject };
    });
  return {
    facts: await nextMessage(),
    slices: (variant) => (sliceMs) => {
      worker.postMessage({ sliceMs, variant });
      return nextMessage();
    },
    stop: () => worker.terminate(),
  };
}

/**
 * The other side: makes what the data asks for, then takes the slices it is told to.
 * @param {(data: any) => Promise<{ facts: unknown, takeSlice: (sliceMs: number, variant?: string) => any }>} prepare
 */
export async function serveSlices(prepare) {
  const { facts, takeSlice } = await prepare(workerData);
  parentPort?.on('message', async ({ sliceMs, variant }) => {
    parentPort?.postMessage(await takeSlice(sliceMs, variant));
  });
  parentPort?.postMessage(facts);
}
