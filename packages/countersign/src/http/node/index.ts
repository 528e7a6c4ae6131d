/** countersign/node: the gate in front of listeners of Node's own servers. */
export { callerOf } from '../shared/caller-of.js';
export type { NodeRequestLike } from '../shared/node-request.js';
export type { NodeResponseLike } from '../shared/node-response.js';
export type { GuardedNodeRequest, NodeGate } from './create-node-gate.js';
export { createNodeGate } from './create-node-gate.js';
