import { createFetchGate } from 'countersign/fetch';
import { handlerDoor } from './handler-door.mjs';

/** @type {import('./door.mjs').CreateDoor} */
export function fetchDoor(guard) {
  /** @type {import('./handler-door.mjs').Seen} */
  const seen = {};
  const guarded = createFetchGate(guard)((_request, caller) => {
    seen.caller = caller;
    return new Response('ok');
  });
  return handlerDoor(guarded, () => new Response('ok'), seen);
}
