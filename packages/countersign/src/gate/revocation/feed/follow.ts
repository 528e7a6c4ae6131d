/** Does something again and again until it is told to stop: at a steady pace, with growing pauses while it fails. */

export interface FollowSettings {
  /** @returns whether it went well. Must not reject. */
  round(failuresBefore: number): Promise<boolean>;
  /** From the beginning of one round that went well to that of the next, at least. */
  readonly paceMs: number;
}

export interface Follower {
  /** Begins, the first time. Settles when the first round has ended, however it went. */
  start(): Promise<void>;
  /** Whether there is no first round to wait for: it has ended, or will never begin. */
  readonly isPastFirst: boolean;
  stop(): void;
}

const LONGEST_PAUSE_MS = 10_000;

export function createFollower({ round, paceMs }: FollowSettings): Follower {
  let isStopped = false;
  let isPastFirst = false;
  let first: Promise<void> | undefined;
  let wake = () => {};

  /** A pause does not keep the process alive. */
  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      timer.unref?.();
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async function follow(onRound: () => void): Promise<void> {
    for (let failures = 0; !isStopped; ) {
      const startedAt = performance.now();
      const isGood = await round(failures);
      onRound();
      if (isStopped) return;
      const leftMs = Math.max(0, paceMs - (performance.now() - startedAt));
      await pause(isGood ? leftMs : backOffMs(paceMs, failures));
      failures = isGood ? 0 : failures + 1;
    }
  }

  return Object.freeze({
    get isPastFirst() {
      return isPastFirst || isStopped;
    },
    start() {
      if (isStopped) return Promise.resolve();
      first ??= new Promise((resolve) => {
        void follow(() => {
          isPastFirst = true;
          resolve();
        });
      });
      return first;
    },
    stop() {
      isStopped = true;
      wake();
    },
  });
}

/** Doubling, and seldom the same for two who began to wait together. */
function backOffMs(paceMs: number, failures: number): number {
  return Math.min(paceMs * 2 ** failures, LONGEST_PAUSE_MS) * (0.5 + Math.random() / 2);
}
