import { UsageError } from 'countersign';

/** node:http would wait 60 s for headers and 300 s for a request, and looks only every 30 s (S1). */
export const NODE_LIMITS = Object.freeze({
  /** From the connection to the end of the headers. */
  headersTimeoutMs: 10_000,
  /** From the connection to the end of the body; not shorter than `headersTimeoutMs`. */
  requestTimeoutMs: 15_000,
  /** How long a connection may idle between two requests. */
  keepAliveTimeoutMs: 5_000,
  /** How often the first two are looked at. */
  checkIntervalMs: 1_000,
  /** Request line and headers together. */
  maxHeaderBytes: 16 * 1024,
  maxBodyBytes: 64 * 1024,
  maxConnections: 10_000,
  /** Requests of one connection that are answered at once. Browsers and proxies wait for each answer; others are cut off. */
  maxPipelined: 16,
  /** How long a connection may stand still while an answer is under way, or waits to be read. */
  stallTimeoutMs: 30_000,
  /** How long a client that was refused while it sent may take to read why. */
  lingerMs: 1_000,
  /** How long `stop` waits for answers under way. */
  stopTimeoutMs: 10_000,
});

export type NodeLimits = { readonly [Name in keyof typeof NODE_LIMITS]: number };

/** @throws UsageError listing every limit that is no positive integer */
export function checkNodeLimits(given: Partial<NodeLimits>): NodeLimits {
  const limits = { ...NODE_LIMITS, ...given };
  const problems = Object.entries(limits)
    .filter(([, value]) => !(Number.isSafeInteger(value) && value > 0))
    .map(([name, value]) => `${name} must be a positive integer, not ${String(value)}`);
  if (limits.headersTimeoutMs > limits.requestTimeoutMs)
    problems.push('headersTimeoutMs must not be longer than requestTimeoutMs');
  if (problems.length > 0) throw new UsageError('invalid_options', 'limits', problems);
  return Object.freeze(limits);
}
