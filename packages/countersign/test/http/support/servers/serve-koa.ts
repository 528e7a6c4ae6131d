import { createServer } from 'node:http';
import type { KoaGateState } from 'countersign/koa';
import { createKoaMiddleware } from 'countersign/koa';
import Koa from 'koa';
import type { Serve } from './running-server.js';
import { answerFor, corsHeaders, eachDoor, listen } from './running-server.js';

export const serveKoa: Serve = (doors, visit) => {
  const app = new Koa<KoaGateState>();
  app.silent = true;
  app.use((context, next) => {
    context.set(corsHeaders(context.get('origin')));
    return next();
  });
  const gates = new Map(
    eachDoor(doors).map(([name, { gate, rules }]) => [`/${name}`, createKoaMiddleware(gate, rules)]),
  );
  app.use((context, next) => gates.get(context.path)?.(context, next));
  app.use((context) => {
    visit(context.state.caller);
    context.body = answerFor(context.state.caller);
  });
  return listen(createServer(app.callback()));
};
