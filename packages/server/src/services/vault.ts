/** Secrets at rest: everything is sealed under keys derived from the master key, each purpose under its own (S7). */
export interface Vault {
  /** AES-256-GCM, bound to purpose and context; base64url text. */
  seal(purpose: SealPurpose, context: string, plaintext: Uint8Array): string;
  /** Throws an Error that names purpose and context, never content, if it was not sealed so or with another master key. */
  open(purpose: SealPurpose, context: string, sealed: string): Uint8Array;
  /** HMAC-SHA-256 under a key of this purpose, base64url. */
  mac(purpose: MacPurpose, message: string): string;
}

export type SealPurpose = 'signing-key' | 'mail';
export type MacPurpose = 'typed-code' | 'master-key-check' | 'page';
