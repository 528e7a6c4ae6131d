import { Refusal } from '../../domain/refusal.js';
import type { Route } from '../../http/exchange.js';
import type { KeyRepository } from '../../services/key-repository.js';
import { keyIdOf } from './key-id-of.js';
import { pemAnswer } from './pem-answer.js';

/** 404 for a kid that is unknown, for one that can be none, and for what would be a listing; 410 for a revoked one. */
export function getKeyRoute({ keys }: { readonly keys: Pick<KeyRepository, 'find'> }): Route {
  return {
    method: 'GET',
    pattern: '/asap/*kid',
    kind: 'api',
    async handle(request, parameters) {
      const key = await keys.find(keyIdOf(request, parameters));
      if (key === undefined) throw new Refusal('unknown_key');
      if (key.revokedAt !== null) throw new Refusal('revoked_key');
      return pemAnswer(request, key);
    },
  };
}
