import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { createFetchGate } from 'countersign/fetch';
import type { Serve } from './running-server.js';
import { answerFor, corsHeaders, eachDoor, listen } from './running-server.js';

export const serveFetch: Serve = (doors, visit) => {
  const handlers = new Map(
    eachDoor(doors).map(([name, { gate, rules }]) => {
      const guarded = createFetchGate(gate, rules, {
        preflight() {
          visit(undefined);
          return Response.json(answerFor(undefined));
        },
      });
      const handler = guarded(async (_, caller) => {
        visit(caller);
        return Response.json(answerFor(caller));
      });
      return [`/${name}`, handler];
    }),
  );
  const fetch = async (request: Request) => {
    const handler = handlers.get(new URL(request.url).pathname);
    const answer = (await handler?.(request)) ?? new Response(null, { status: 404 });
    for (const [name, value] of Object.entries(corsHeaders(request.headers.get('origin')))) {
      answer.headers.append(name, value);
    }
    return answer;
  };
  const failed = () => new Response('the handler failed', { status: 500 });
  const safely = (request: Request) => fetch(request).catch(failed);
  return listen(createAdaptorServer({ fetch: safely }) as Server);
};
