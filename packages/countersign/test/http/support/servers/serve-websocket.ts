import { createServer } from 'node:http';
import type { UpgradeGateOptions } from 'countersign/websocket';
import { createUpgradeGate } from 'countersign/websocket';
import { WebSocketServer } from 'ws';
import type { Serve } from './running-server.js';
import { answerFor, eachDoor, listen } from './running-server.js';

/** Says who came in in the answer to the handshake, as `X-Caller`. */
export function serveWebSocketWith(options?: UpgradeGateOptions): Serve {
  return (doors, visit) => {
    const sockets = new WebSocketServer({ noServer: true });
    const callers = new WeakMap<object, string>();
    sockets.on('headers', (headers, request) => headers.push(`X-Caller: ${callers.get(request)}`));
    const listeners = new Map(
      eachDoor(doors).map(([name, { gate, rules }]) => {
        const guarded = createUpgradeGate(gate, rules, options);
        const listener = guarded((request, socket, head) => {
          visit(request.caller);
          callers.set(request, answerFor(request.caller).caller);
          sockets.handleUpgrade(request, socket, head, (webSocket) => webSocket.close());
        });
        return [`/${name}`, listener];
      }),
    );
    const server = createServer();
    server.on('upgrade', (request, socket, head) => {
      listeners.get(request.url?.replace(/\?.*/, '') ?? '')?.(request, socket, head);
    });
    return listen(server);
  };
}
