import type { DecodedExtras, KindOf, PolicyDefinition } from './policy-definition.js';
import type { WireProfile } from './wire-profiles.js';

/** What a good token says. Frozen. Instants in epoch seconds. */
export interface ApiTokenRecord<Definition extends PolicyDefinition = PolicyDefinition> {
  /** The kind that the issuer stands for in this policy; null for an issuer that it does not know. */
  readonly kind: KindOf<Definition> | null;
  /** `iss`, or null where the token has none. */
  readonly issuer: string | null;
  /** `sub`. */
  readonly subject: string;
  readonly expiresAt: number;
  /** `iat`, or null: the originals do not say when a token was issued. */
  readonly issuedAt: number | null;
  /** `jti`, or null: the originals give tokens no id. */
  readonly tokenId: string | null;
  readonly profile: WireProfile;
  /**
   * Every extra of the policy. One that the token does not say is null where the policy leaves it out by default, else
   * zero, empty or false; a list is always a list. Claims that the policy does not know are dropped.
   */
  readonly extras: DecodedExtras<Definition>;
}
