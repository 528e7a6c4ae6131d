import type { KeyPublishers } from '../../services/key-publishers.js';
import type { KeyRepository } from '../../services/key-repository.js';

/** What these routes ask of the services. */
export interface AsapServices {
  readonly keys: Pick<KeyRepository, 'find' | 'publish' | 'revoke'>;
  readonly publishers: KeyPublishers;
}
