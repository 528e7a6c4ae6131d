import type { Duplex } from 'node:stream';

/** How many answers are under way, by connection. */
export interface InFlight {
  begin(socket: Duplex): void;
  end(socket: Duplex): void;
  /** The connection is closed, and whatever was under way on it can go nowhere. */
  endAll(socket: Duplex): void;
  count(socket: Duplex): number;
  /** Resolves once nothing is under way. */
  whenNone(): Promise<void>;
}

export function createInFlight(): InFlight {
  // Pipelined requests share a connection.
  const counts = new Map<Duplex, number>();
  let waiting: (() => void)[] = [];

  function setCount(socket: Duplex, count: number): void {
    if (count > 0) counts.set(socket, count);
    else counts.delete(socket);
    if (counts.size > 0) return;
    for (const resolve of waiting) resolve();
    waiting = [];
  }
  return Object.freeze({
    begin: (socket: Duplex) => {
      counts.set(socket, (counts.get(socket) ?? 0) + 1);
    },
    end: (socket: Duplex) => setCount(socket, (counts.get(socket) ?? 0) - 1),
    endAll: (socket: Duplex) => setCount(socket, 0),
    count: (socket: Duplex) => counts.get(socket) ?? 0,
    whenNone: () =>
      counts.size === 0 ? Promise.resolve() : new Promise<void>((resolve) => waiting.push(resolve)),
  });
}
