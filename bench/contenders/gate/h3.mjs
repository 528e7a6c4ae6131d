import { createH3Middleware } from 'countersign/h3';
import { H3 } from 'h3';
import { handlerDoor } from './handler-door.mjs';

/** @type {import('./door.mjs').CreateDoor} */
export function h3Door(guard) {
  /** @type {import('./handler-door.mjs').Seen} */
  const seen = {};
  const open = new H3().get('/orders', () => 'ok');
  const guarded = new H3().get(
    '/orders',
    (event) => {
      seen.caller = event.context.caller;
      return 'ok';
    },
    { middleware: [createH3Middleware(guard)] },
  );
  return handlerDoor(guarded.fetch, open.fetch, seen);
}
