import { createServer } from 'node:http';
import type { Caller } from 'countersign/gate';
import { createH3Middleware } from 'countersign/h3';
import { H3 } from 'h3';
import { toNodeHandler } from 'h3/node';
import type { Serve } from './running-server.js';
import { answerFor, corsHeaders, eachDoor, listen } from './running-server.js';

declare module 'h3' {
  interface H3EventContext {
    caller?: Caller | undefined;
  }
}

export const serveH3: Serve = (doors, visit) => {
  const app = new H3({ silent: true });
  app.use((event) => {
    for (const [name, value] of Object.entries(corsHeaders(event.req.headers.get('origin')))) {
      event.res.headers.append(name, value);
    }
  });
  for (const [name, { gate, rules }] of eachDoor(doors)) {
    app.all(
      `/${name}`,
      (event) => {
        visit(event.context.caller);
        return answerFor(event.context.caller);
      },
      { middleware: [createH3Middleware(gate, rules)] },
    );
  }
  return listen(createServer(toNodeHandler(app)));
};
