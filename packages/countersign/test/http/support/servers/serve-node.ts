import { createServer } from 'node:http';
import { createNodeGate } from 'countersign/node';
import type { Serve } from './running-server.js';
import { answerFor, corsHeaders, eachDoor, listen } from './running-server.js';

export const serveNode: Serve = (doors, visit) => {
  const listeners = new Map(
    eachDoor(doors).map(([name, { gate, rules }]) => {
      const guarded = createNodeGate(gate, rules);
      const listener = guarded((request, response) => {
        visit(request.caller);
        response.end(JSON.stringify(answerFor(request.caller)));
      });
      return [`/${name}`, listener];
    }),
  );
  return listen(
    createServer((request, response) => {
      for (const [name, value] of Object.entries(corsHeaders(request.headers.origin))) {
        response.setHeader(name, value);
      }
      const listener = listeners.get(request.url?.replace(/\?.*/, '') ?? '');
      // What the listener throws, and rejects with, comes through.
      new Promise((resolve) => {
        if (listener === undefined) response.writeHead(404).end();
        resolve(listener?.(request, response));
      }).catch(() => response.writeHead(500).end());
    }),
  );
};
