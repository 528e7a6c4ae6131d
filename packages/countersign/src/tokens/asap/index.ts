/**
 * countersign/asap: tokens between services (ASAP), signed with a key of the calling service and verified with what it
 * has published. The folder may import everything below tokens, and no other family.
 */

export type { ParsedKeyId } from '../../keys/key-id.js';
export { findIssuerProblem, isKeyIdOwnedBy, parseKeyId } from '../../keys/key-id.js';
