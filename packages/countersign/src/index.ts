export type { Clock } from './core/clock.js';
export { systemClock } from './core/clock.js';
export type { TokenErrorCode, UnavailableErrorCode, UsageErrorCode } from './core/errors.js';
export { TokenError, UnavailableError, UsageError } from './core/errors.js';
