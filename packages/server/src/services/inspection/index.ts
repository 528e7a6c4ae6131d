/**
 * Why a token between services would be refused, rule by rule, for people who look for the reason. No key but a public
 * one is ever needed. Only explains: whether a token is good is for the verifier of the library to say, and it is asked.
 */
export { type Inspection, type InspectionOptions, inspectToken } from './inspect-token.js';
export { noticeOf } from './notice-of.js';
export type { RuleOutcome } from './rule.js';
