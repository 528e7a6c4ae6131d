/** Requests that come with one token at the same time have it verified once. */
import { keyOf } from './token-key.js';

export interface SingleFlight<Value> {
  /** Joins the work for this very token where some is under way, else starts it. */
  share(token: string, start: (token: string) => Promise<Value>): Promise<Value>;
}

interface Flight<Value> {
  token: string;
  promise: Promise<Value> | undefined;
}

/** What comes of the work is shared, failures too, and forgotten as soon as it is there (row K9). */
export function createSingleFlight<Value>(): SingleFlight<Value> {
  const flights = new Map<number, Flight<Value>>();
  return Object.freeze({
    share(token: string, start: (token: string) => Promise<Value>) {
      const key = keyOf(token);
      const flight = flights.get(key);
      if (flight !== undefined) {
        return flight.token === token && flight.promise !== undefined ? flight.promise : start(token);
      }
      const promise = start(token);
      const mine: Flight<Value> = { token, promise };
      const land = () => {
        flights.delete(key);
        // A map that shrinks leaves an old self behind, which is not collected soon, nor what hangs on its entries.
        mine.token = '';
        mine.promise = undefined;
      };
      flights.set(key, mine);
      promise.then(land, land);
      return promise;
    },
  });
}
