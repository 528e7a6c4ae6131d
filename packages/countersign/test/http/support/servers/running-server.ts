import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Caller } from 'countersign/gate';
import type { Door, DoorName, Doors } from '../doors.js';

/** A server with every door at a path of its name. What is behind them says who came in. */
export interface RunningServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Told who came in, before the answer. What it throws, the handler throws. */
export type Visit = (caller: Caller | undefined) => void;

/** Puts the doors behind a framework. */
export type Serve = (doors: Doors, visit: Visit) => Promise<RunningServer>;

export async function listen(server: Server): Promise<RunningServer> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function eachDoor(doors: Doors): readonly (readonly [DoorName, Door])[] {
  return Object.entries(doors) as [DoorName, Door][];
}

/** What every handler answers. */
export function answerFor(caller: Caller | null | undefined): { readonly caller: string } {
  return { caller: caller ? `${caller.kind} ${caller.subject}` : 'nobody' };
}

/** What the CORS middleware of every server adds for a request with an origin. */
export function corsHeaders(origin: string | null | undefined): Readonly<Record<string, string>> {
  return origin ? { 'access-control-allow-origin': origin, vary: 'Origin' } : {};
}
