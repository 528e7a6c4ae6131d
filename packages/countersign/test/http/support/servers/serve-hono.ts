import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import type { Caller } from 'countersign/gate';
import type { HonoGateEnv } from 'countersign/hono';
import { createHonoMiddleware } from 'countersign/hono';
import { Hono } from 'hono';
import type { Serve } from './running-server.js';
import { answerFor, corsHeaders, eachDoor, listen } from './running-server.js';

export const serveHono: Serve = (doors, visit) => {
  const app = new Hono<HonoGateEnv<Caller | undefined>>();
  app.use(async (context, next) => {
    for (const [name, value] of Object.entries(corsHeaders(context.req.header('origin')))) {
      context.header(name, value, { append: true });
    }
    await next();
  });
  for (const [name, { gate, rules }] of eachDoor(doors)) {
    app.all(`/${name}`, createHonoMiddleware(gate, rules), (context) => {
      visit(context.get('caller'));
      return context.json(answerFor(context.var.caller));
    });
  }
  app.onError((_, context) => context.text('the handler failed', 500));
  return listen(createAdaptorServer(app) as Server);
};
