import { createKoaMiddleware } from 'countersign/koa';
import Koa from 'koa';
import { nodeRequest, nodeResponse } from '../../workload/http-requests.mjs';
import { byCallback } from './door.mjs';

const DONE = Promise.resolve();

/** @type {import('./door.mjs').CreateDoor} */
export function koaDoor(guard, settings) {
  const app = new Koa();
  const middleware = createKoaMiddleware(guard);
  return {
    toRequest: (header) => {
      const request = nodeRequest(header);
      return app.createContext(request, nodeResponse(request));
    },
    ...byCallback(
      (context, next) =>
        middleware(context, () => {
          next();
          return DONE;
        }),
      settings,
      ({ status, state }) => status === 401 && state.caller === undefined,
    ),
    claimsOf: ({ state }) => state.caller?.claims,
  };
}
