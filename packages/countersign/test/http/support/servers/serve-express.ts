import { createServer } from 'node:http';
import { createExpressMiddleware } from 'countersign/express';
import type { Caller } from 'countersign/gate';
import express5 from 'express';
import type { Serve } from './running-server.js';
import { answerFor, corsHeaders, eachDoor, listen } from './running-server.js';

declare global {
  namespace Express {
    interface Request {
      caller?: Caller | undefined;
    }
  }
}

function serveWith(express: typeof express5): Serve {
  return (doors, visit) => {
    const app = express();
    app.disable('x-powered-by');
    app.use((request, response, next) => {
      response.set(corsHeaders(request.get('origin')));
      next();
    });
    for (const [name, { gate, rules }] of eachDoor(doors)) {
      app.all(`/${name}`, createExpressMiddleware(gate, rules), (request, response) => {
        visit(request.caller);
        response.json(answerFor(request.caller));
      });
    }
    return listen(createServer(app));
  };
}

/** Express 4 has no types of its own here, and takes the same middleware. */
export async function loadExpress4(): Promise<Serve> {
  const name = 'express4';
  const { default: express4 } = (await import(name)) as { default: typeof express5 };
  return serveWith(express4);
}

export const serveExpress5 = serveWith(express5);
