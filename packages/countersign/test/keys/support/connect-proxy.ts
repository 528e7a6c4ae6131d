import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { onTestFinished } from 'vitest';

/**
 * A proxy on loopback that tunnels whatever it is asked for to one port of this machine, or refuses where there is
 * none. Keeps what it was asked for, and with which credentials.
 */
export async function startConnectProxy(targetPort: number | undefined) {
  const asked: { readonly target: string | undefined; readonly credentials: string | undefined }[] = [];
  const server = createServer((_request, response) => response.writeHead(400).end());
  server.on('connect', ({ url, headers }, client) => {
    asked.push({ target: url, credentials: headers['proxy-authorization'] });
    if (targetPort === undefined) {
      client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
      return;
    }
    const target = connect(targetPort, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      target.pipe(client).pipe(target);
    });
    for (const socket of [target, client]) {
      socket.on('error', () => undefined);
      socket.on('close', () => (socket === target ? client : target).destroy());
    }
    onTestFinished(() => {
      target.destroy();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}
