/** countersign/websocket: the gate in front of the handshake of WebSockets on Node's servers. */
export { callerOf } from '../shared/caller-of.js';
export type { UpgradeGate, UpgradeGateOptions } from './create-upgrade-gate.js';
export { createUpgradeGate } from './create-upgrade-gate.js';
