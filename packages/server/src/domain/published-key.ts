/** A public key of a service, published under its key id (contract: ASAP key repository). */
export interface PublishedKey {
  /** The issuer alone, or the issuer, a slash and a name. Never changes its key; once revoked, never used again. */
  readonly kid: string;
  /** The service that the key belongs to: the first segment of the kid (ASAP-21). */
  readonly issuer: string;
  /** SPKI, as this program writes it, so that the same key is the same text. */
  readonly pem: string;
  readonly publishedAt: number;
  /** Null while the key may be used. */
  readonly revokedAt: number | null;
}
