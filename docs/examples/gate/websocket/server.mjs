// The gate in front of a WebSocket: who may not come in is answered before the handshake.
import { createServer } from 'node:http';
import { createUpgradeGate } from 'countersign/websocket';
import { WebSocketServer } from 'ws';
import { gate, port, printTokens } from '../callers.mjs';

const sockets = new WebSocketServer({ noServer: true });
const server = createServer((_request, response) => response.writeHead(426).end());

const anyCaller = createUpgradeGate(gate); // any caller that the gate accepts
const listen = anyCaller((request, socket, head) => {
  sockets.handleUpgrade(request, socket, head, (webSocket) => {
    const { kind, subject, expiresAt } = request.caller;
    webSocket.send(JSON.stringify({ kind, subject }));
    // A connection outlives its token, unless somebody ends it.
    const timer = setTimeout(() => webSocket.close(1008, 'token expired'), expiresAt * 1000 - Date.now());
    webSocket.once('close', () => clearTimeout(timer));
  });
});
server.on('upgrade', listen);
server.listen(port, '127.0.0.1', printTokens);
