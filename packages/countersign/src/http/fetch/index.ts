/** countersign/fetch: the gate in front of handlers of web-standard requests, on every runtime. */
export type { FetchGate, FetchGateOptions, RequiredRules } from './create-fetch-gate.js';
export { createFetchGate } from './create-fetch-gate.js';
