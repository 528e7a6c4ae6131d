import { type Clock, importSecret } from 'countersign';
import { createDpopNonces, type DpopNonces } from 'countersign/dpop';
import type { Vault } from '../../vault.js';

export interface AuthorityNoncesOptions {
  readonly vault: Pick<Vault, 'mac'>;
  readonly clock: Clock;
}

/** Nonces for DPoP proofs, from the master key and the time: those of one process are good at every other. */
export function createAuthorityNonces({ vault, clock }: AuthorityNoncesOptions): DpopNonces {
  const secret = Buffer.from(vault.mac('dpop-nonce', 'v1'), 'base64url');
  return createDpopNonces({ secret: importSecret({ algorithm: 'HS256', secret }), clock });
}
