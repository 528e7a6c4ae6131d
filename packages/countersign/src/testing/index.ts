/**
 * countersign/testing: what tests of a service need in place of the real thing. Refuses to work in production.
 * May import every other layer of the library; nothing imports it.
 */
export type { TestTokenFaults } from './sign-test-token.js';
export type { TestAuthority, TestAuthorityOptions } from './test-authority.js';
export { createTestAuthority } from './test-authority.js';
export type { StandardPolicyDefinition, TestCallers, TestCallersOptions } from './test-callers.js';
export { createTestCallers } from './test-callers.js';
export type { TestClock } from './test-clock.js';
export { createTestClock } from './test-clock.js';
export type { TestKeyServer, TestKeyServerFault } from './test-key-server.js';
export { createTestKeyServer } from './test-key-server.js';
export type {
  TestApiToken,
  TestApplication,
  TestAuthorizedApplication,
  TestPerson,
  TestService,
} from './test-token-options.js';
export type { TestTokens } from './test-tokens.js';
