/** A guard whose verdict comes when a test says so: what lies between question and answer can be tried out. */
import type { GateOrGuard, GateOutcome, GateRequest, Guard } from 'countersign/gate';
import type { Door, Doors } from './doors.js';
import { DOOR_NAMES } from './doors.js';

export interface Latch {
  readonly guard: Guard;
  /** Resolves with the carrier of the request once the guard was asked. */
  asked(): Promise<object>;
  release(outcome?: GateOutcome): void;
  /** Resolves once whoever waited for the verdict has acted on it. */
  settled(): Promise<void>;
}

export const ANONYMOUS: GateOutcome = Object.freeze({
  outcome: 'anonymous',
  caller: undefined,
  reason: 'token_missing',
});

export function createLatch(): Latch {
  const asked = openPromise<object>();
  const verdict = openPromise<GateOutcome>();
  const check = ({ carrier = {} }: GateRequest) => {
    asked.resolve(carrier);
    return verdict.promise;
  };
  return {
    guard: { check, vary: 'Authorization' },
    asked: () => asked.promise,
    release: (outcome = ANONYMOUS) => verdict.resolve(outcome),
    settled: () => new Promise((resolve) => setImmediate(resolve)),
  };
}

/** The same guard at every door. */
export function doorsWith(guard: Guard): Doors {
  const door: Door = { gate: guard as GateOrGuard, rules: undefined };
  return Object.fromEntries(DOOR_NAMES.map((name) => [name, door])) as Doors;
}

function openPromise<Value>() {
  let resolve: (value: Value) => void = () => {};
  const promise = new Promise<Value>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
