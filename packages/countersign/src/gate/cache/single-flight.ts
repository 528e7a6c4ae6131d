/** Requests that come with one token at the same time have it verified once. */
import { keyOf } from './token-key.js';

export interface SingleFlight<Value> {
  /** Joins the work for this very token where some is under way, else starts it. */
  share(token: string, start: (token: string) => Promise<Value>): Promise<Value>;
}

interface Flight<Value> {
  readonly token: string;
  readonly promise: Promise<Value>;
}

/** What comes of the work is shared, failures too, and forgotten as soon as it is there (row K9). */
export function createSingleFlight<Value>(): SingleFlight<Value> {
  const flights = new Map<number, Flight<Value>>();
  return Object.freeze({
    share(token: string, start: (token: string) => Promise<Value>) {
      const key = keyOf(token);
      const flight = flights.get(key);
      if (flight !== undefined) return flight.token === token ? flight.promise : start(token);
      const promise = start(token);
      const land = () => {
        flights.delete(key);
      };
      flights.set(key, { token, promise });
      promise.then(land, land);
      return promise;
    },
  });
}
