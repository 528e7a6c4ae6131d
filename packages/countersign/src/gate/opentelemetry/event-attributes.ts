import type { Attributes } from '@opentelemetry/api';
import type { GateEvent } from '../gate-event.js';

/** Under this name tracers and meters are asked for. */
export const INSTRUMENTATION_NAME = 'countersign';

/** What spans and metrics say alike: each has few values, whatever comes in. */
export function attributesOf({ outcome, reason, kind }: GateEvent): Attributes {
  return {
    'countersign.outcome': outcome,
    ...(reason !== null && { 'countersign.reason': reason }),
    ...(kind !== null && { 'countersign.caller.kind': kind }),
  };
}
