import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A TCP connection that says exactly what it is told, well-formed or not. */
export interface RawConnection {
  readonly socket: Socket;
  write(text: string): void;
  /** Everything received so far. */
  received(): string;
  /** Resolves with everything received once the text is in it; rejects if the connection closes before. */
  until(text: string): Promise<string>;
  /** Resolves with everything received once the other side has closed. */
  untilClosed(): Promise<string>;
}

export async function openRawConnection(port: number, host = '127.0.0.1'): Promise<RawConnection> {
  const socket = connect(port, host);
  await once(socket, 'connect');
  let received = '';
  let isClosed = false;
  const listeners = new Set<() => void>();
  const changed = () => {
    for (const listener of listeners) listener();
  };
  socket.setEncoding('latin1');
  socket.on('data', (text: string) => {
    received += text;
    changed();
  });
  // A reset shows as a close as well.
  socket.on('error', () => {});
  socket.on('close', () => {
    isClosed = true;
    changed();
  });
  const wait = (isDone: () => boolean, fails: () => boolean) =>
    new Promise<string>((resolve, reject) => {
      const check = () => {
        if (!isDone() && !fails()) return;
        listeners.delete(check);
        if (isDone()) resolve(received);
        else reject(new Error(`the connection closed after: ${received}`));
      };
      listeners.add(check);
      check();
    });
  return {
    socket,
    write: (text) => {
      socket.write(text, 'latin1');
    },
    received: () => received,
    until: (text) =>
      wait(
        () => received.includes(text),
        () => isClosed,
      ),
    untilClosed: () =>
      wait(
        () => isClosed,
        () => false,
      ),
  };
}
