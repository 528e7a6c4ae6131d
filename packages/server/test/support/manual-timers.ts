import type { SetTimer } from '../../src/services/mail-worker.js';

/** Timers that run when the test says so. */
export interface ManualTimers {
  readonly setTimer: SetTimer;
  /** Runs everything that waits, whatever its delay. */
  fire(): void;
  readonly waiting: number;
}

export function createManualTimers(): ManualTimers {
  const waiting = new Set<() => void>();
  return {
    setTimer: (callback) => {
      waiting.add(callback);
      return () => waiting.delete(callback);
    },
    fire() {
      const due = [...waiting];
      waiting.clear();
      for (const callback of due) callback();
    },
    get waiting() {
      return waiting.size;
    },
  };
}
