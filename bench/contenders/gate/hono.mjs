import { createHonoMiddleware } from 'countersign/hono';
import { Hono } from 'hono';
import { handlerDoor } from './handler-door.mjs';

/** @type {import('./door.mjs').CreateDoor} */
export function honoDoor(guard) {
  /** @type {import('./handler-door.mjs').Seen} */
  const seen = {};
  const open = new Hono().get('/orders', (context) => context.text('ok'));
  const guarded = new Hono().get('/orders', createHonoMiddleware(guard), (context) => {
    seen.caller = context.get('caller');
    return context.text('ok');
  });
  return handlerDoor(guarded.fetch, open.fetch, seen);
}
