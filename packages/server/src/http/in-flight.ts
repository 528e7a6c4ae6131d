import type { Duplex } from 'node:stream';

/** Which connections have answers under way. */
export interface InFlight {
  begin(socket: Duplex): void;
  end(socket: Duplex): void;
  has(socket: Duplex): boolean;
  /** Resolves once nothing is under way. */
  whenNone(): Promise<void>;
}

export function createInFlight(): InFlight {
  // Pipelined requests share a connection.
  const counts = new Map<Duplex, number>();
  let waiting: (() => void)[] = [];
  return Object.freeze({
    begin: (socket: Duplex) => {
      counts.set(socket, (counts.get(socket) ?? 0) + 1);
    },
    end: (socket: Duplex) => {
      const left = (counts.get(socket) ?? 0) - 1;
      if (left > 0) counts.set(socket, left);
      else counts.delete(socket);
      if (counts.size > 0) return;
      for (const resolve of waiting) resolve();
      waiting = [];
    },
    has: (socket: Duplex) => counts.has(socket),
    whenNone: () =>
      counts.size === 0 ? Promise.resolve() : new Promise<void>((resolve) => waiting.push(resolve)),
  });
}
