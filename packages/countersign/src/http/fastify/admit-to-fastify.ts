/** What the gate decided, on a reply of Fastify. */
import type { GateOutcome } from '../../gate/gate-outcome.js';
import type { CallerHolder } from '../shared/caller-of.js';
import type { NodeRequestLike } from '../shared/node-request.js';
import type { NodeResponseLike } from '../shared/node-response.js';
import { isOver } from '../shared/node-response.js';
import { mergeVary } from '../shared/vary.js';

/** What is needed of Fastify's request. */
export interface FastifyRequestLike extends CallerHolder {
  readonly raw: NodeRequestLike;
  /** The target as it came, before `rewriteUrl`. */
  readonly originalUrl: string;
}

/** What is needed of Fastify's reply. */
export interface FastifyReplyLike {
  readonly raw: NodeResponseLike;
  readonly sent: boolean;
  code(status: number): unknown;
  getHeader(name: string): unknown;
  header(name: string, value: string): unknown;
  send(payload: unknown): unknown;
}

/**
 * Leaves the caller on the request, or takes one away that an earlier guard had left, and answers a refusal through the
 * reply, so that headers set before stay and the `onSend` hooks run.
 *
 * @returns whether the request may go on
 */
export function admitToFastify(
  outcome: GateOutcome,
  request: CallerHolder,
  reply: FastifyReplyLike,
  vary: string,
): boolean {
  request.caller = outcome.caller;
  if (reply.sent || isOver(reply.raw)) return false;
  if (outcome.outcome !== 'refused') {
    reply.header('vary', mergeVary(reply.getHeader('vary'), vary));
    return true;
  }
  reply.code(outcome.status);
  for (const [name, value] of Object.entries(outcome.headers)) {
    reply.header(name, name === 'vary' ? mergeVary(reply.getHeader('vary'), value) : value);
  }
  // Text would be given a charset, or go through a serializer.
  reply.send(Buffer.from(outcome.body));
  return false;
}
