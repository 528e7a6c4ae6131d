import { Refusal } from '../domain/refusal.js';
import type { HttpRequest } from './exchange.js';
import type { RequestHandler } from './request-handler.js';

export interface StoppableHandler extends RequestHandler {
  /** Refuses what comes from now on with 503, and waits for the answers under way, `timeoutMs` at most. */
  stop(timeoutMs: number): Promise<void>;
}

/** For a handler whose requests come from somebody else's server, which goes on when the authority ends. */
export function createStoppableHandler(handler: RequestHandler): StoppableHandler {
  let underWay = 0;
  let isStopping = false;
  let whenNone = () => {};
  return Object.freeze({
    async handle(request: HttpRequest) {
      if (isStopping) return handler.refuse(request, new Refusal('unavailable'));
      underWay += 1;
      try {
        return await handler.handle(request);
      } finally {
        underWay -= 1;
        if (underWay === 0) whenNone();
      }
    },
    refuse: (request: HttpRequest, refused: Refusal) => handler.refuse(request, refused),
    async stop(timeoutMs: number) {
      isStopping = true;
      if (underWay === 0) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, timeoutMs);
        whenNone = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    },
  });
}
