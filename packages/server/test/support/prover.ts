import type { Clock } from 'countersign';
import { createDpopSigner, type DpopSigner, generateDpopKey } from 'countersign/dpop';

/** Somebody with a key for proofs. */
export function newProver(clock: Clock): DpopSigner {
  return createDpopSigner({ key: generateDpopKey(), clock });
}
