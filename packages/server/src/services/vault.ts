import type { KeyObject } from 'node:crypto';
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  randomBytes,
} from 'node:crypto';
import { UsageError } from 'countersign';
import { masterKeyProblem } from '../domain/master-key-problem.js';
import type { SettingStore } from '../domain/stores.js';
import { sameText } from './secrets.js';

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
export type MacPurpose =
  | 'typed-code'
  | 'user-code'
  | 'master-key-check'
  | 'page'
  | 'log'
  | 'refresh-token'
  | 'token-id'
  | 'dpop-nonce';

/** First part of everything sealed: another format, or another cipher, will begin otherwise. */
const FORMAT = 'v1.';
const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const MASTER_KEY_CHECK = 'master-key-check';

/** The master key is not the one that the store's secrets were sealed under. */
export class WrongMasterKeyError extends Error {
  override readonly name = 'WrongMasterKeyError';

  constructor() {
    super(
      'This is not the master key that the data was sealed under. Start with the master key of this data folder; ' +
        'with another one its signing keys cannot be read.',
    );
  }
}

/**
 * Seals and authenticates under keys that HKDF-SHA-256 (RFC 5869) derives from the master key, one a purpose: what is
 * sealed for one purpose opens for no other. Nonces are random, so that one master key is good for about 2^32 mails
 * (NIST SP 800-38D section 8.3).
 *
 * @param masterKey 32 random bytes; not kept, the caller may overwrite them
 * @throws {UsageError} `weak_key` if it has another length or is plainly no random value (S9)
 */
export function createVault(masterKey: Uint8Array): Vault {
  const problem = masterKeyProblem(masterKey);
  if (problem !== undefined) throw new UsageError('weak_key', 'createVault', [problem]);
  const derive = (use: 'seal' | 'mac', purpose: string): KeyObject =>
    createSecretKey(Buffer.from(hkdfSync('sha256', masterKey, '', `countersign ${use} v1 ${purpose}`, 32)));
  const sealKeys: Readonly<Record<SealPurpose, KeyObject>> = {
    'signing-key': derive('seal', 'signing-key'),
    mail: derive('seal', 'mail'),
  };
  const macKeys: Readonly<Record<MacPurpose, KeyObject>> = {
    'typed-code': derive('mac', 'typed-code'),
    'user-code': derive('mac', 'user-code'),
    'master-key-check': derive('mac', 'master-key-check'),
    page: derive('mac', 'page'),
    log: derive('mac', 'log'),
    'refresh-token': derive('mac', 'refresh-token'),
    'token-id': derive('mac', 'token-id'),
    'dpop-nonce': derive('mac', 'dpop-nonce'),
  };
  return Object.freeze({
    seal: (purpose: SealPurpose, context: string, plaintext: Uint8Array) =>
      seal(sealKeys[purpose], boundTo(purpose, context), plaintext),
    open: (purpose: SealPurpose, context: string, sealed: string) => {
      const plaintext = open(sealKeys[purpose], boundTo(purpose, context), sealed);
      if (plaintext === undefined) throw new Error(`Cannot open what is sealed as ${purpose} of ${context}`);
      return plaintext;
    },
    mac: (purpose: MacPurpose, message: string) =>
      createHmac('sha256', macKeys[purpose]).update(message).digest('base64url'),
  });
}

/**
 * Makes sure that the vault has the master key which the store's secrets were sealed under. The first call on a
 * store leaves a check value there, each later one compares (S7).
 *
 * @throws {WrongMasterKeyError}
 */
export async function assertMasterKey(vault: Vault, settings: SettingStore): Promise<void> {
  const own = vault.mac('master-key-check', 'v1');
  let kept = await settings.get(MASTER_KEY_CHECK);
  if (kept === undefined) {
    if (await settings.insertOnce(MASTER_KEY_CHECK, own)) return;
    kept = await settings.get(MASTER_KEY_CHECK);
  }
  if (kept === undefined || !sameText(kept, own)) throw new WrongMasterKeyError();
}

function boundTo(purpose: SealPurpose, context: string): Buffer {
  return Buffer.from(`${FORMAT}${purpose}\0${context}`);
}

function seal(key: KeyObject, associatedData: Buffer, plaintext: Uint8Array): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES }).setAAD(associatedData);
  const sealed = Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
  return FORMAT + sealed.toString('base64url');
}

function open(key: KeyObject, associatedData: Buffer, text: string): Uint8Array | undefined {
  if (!text.startsWith(FORMAT)) return undefined;
  const sealed = Buffer.from(text.slice(FORMAT.length), 'base64url');
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return undefined;
  const tagAt = sealed.length - TAG_BYTES;
  const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  })
    .setAAD(associatedData)
    .setAuthTag(sealed.subarray(tagAt));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, tagAt)), decipher.final()]);
  } catch {
    return undefined; // OpenSSL says no more than that the tag does not fit.
  }
}
