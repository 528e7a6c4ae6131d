import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { integerFrom } from '../../core/option-rules.js';
import { checkOptions, optional } from '../../core/options.js';
import type { GateOrGuard } from '../../gate/gate.js';
import type { GateOutcome } from '../../gate/gate-outcome.js';
import type { GateRequest } from '../../gate/gate-request.js';
import { isThenable } from '../../gate/is-thenable.js';
import type { RouteRules } from '../../gate/rules/route-rules.js';
import type { GuardedNodeRequest } from '../node/create-node-gate.js';
import type { NodeRequestLike } from '../shared/node-request.js';
import { readNodeRequest } from '../shared/node-request.js';
import { toGuard } from '../shared/to-guard.js';
import { withinTime } from './within-time.js';
import { writeRefusal } from './write-refusal.js';

export interface UpgradeGateOptions {
  /** How long a handshake may wait for its verdict, and an answer for being taken. Default 5000. */
  readonly timeoutMs?: number | undefined;
}

/** Wraps a listener of the `upgrade` event. */
export type UpgradeGate = <Request extends NodeRequestLike = IncomingMessage>(
  listener: (request: GuardedNodeRequest<Request>, socket: Duplex, head: Buffer) => void,
) => (request: Request, socket: Duplex, head: Buffer) => void;

/**
 * For WebSockets on a server of Node, with `ws` or any other implementation: the token is judged before the handshake,
 * and a listener that it wraps is called for requests that may come in, with the caller at `request.caller`. All others
 * are answered in plain HTTP, and their sockets closed.
 *
 *     const guarded = createUpgradeGate(gate);
 *     server.on('upgrade', guarded((request, socket, head) => {
 *       sockets.handleUpgrade(request, socket, head, (webSocket) => {
 *         sockets.emit('connection', webSocket, request);
 *       });
 *     }));
 *
 * The token comes in the `Authorization` header, or in the cookie of the gate: then, since browsers send cookies along
 * whatever page opens a WebSocket, the service must check `Origin`. It is not read from the query nor from
 * `Sec-WebSocket-Protocol`, which end up in logs. A connection outlives its token: what is to end with `exp` or with a
 * revocation, the service must close.
 *
 * @param gate one that takes any caller unless `rules` say more; or a guard
 * @throws {UsageError} `invalid_options` with every problem found.
 */
export function createUpgradeGate(
  gate: GateOrGuard,
  rules?: RouteRules,
  options: UpgradeGateOptions = {},
): UpgradeGate {
  const subject = 'createUpgradeGate';
  const { timeoutMs = 5000 } = checkOptions(subject, options, {
    timeoutMs: optional(integerFrom(1, 600_000, 'milliseconds')),
  });
  const guard = toGuard(subject, gate, rules);
  return (listener) => (request, socket, head) => {
    // Node has taken its own listeners off: an error that nobody hears would end the process.
    socket.on('error', ignore);
    const enter = (outcome: GateOutcome) => {
      request.caller = outcome.caller;
      if (socket.destroyed || !socket.writable) {
        socket.destroy();
      } else if (outcome.outcome === 'refused') {
        writeRefusal(outcome, socket, timeoutMs);
      } else {
        socket.off('error', ignore);
        listener(request as GuardedNodeRequest<typeof request>, socket, head);
      }
    };
    const checked = guard.check(readHandshake(request));
    if (isThenable(checked)) void withinTime(checked, timeoutMs).then(enter);
    else enter(checked);
  };
}

/** No handshake is a CORS preflight, whatever it says: with one that a gate lets pass, anybody would have a socket. */
function readHandshake(request: NodeRequestLike): GateRequest {
  const read = readNodeRequest(request);
  return {
    ...read,
    headers: (name) => (name === 'access-control-request-method' ? [] : read.headers(name)),
  };
}

function ignore(): void {}
