/** Short-lived state kept in this process alone. Imported by whoever joins an authority together. */
export { createMemoryRateLimits, type MemoryRateLimitOptions, type MemoryRateLimits } from './rate-limits.js';
