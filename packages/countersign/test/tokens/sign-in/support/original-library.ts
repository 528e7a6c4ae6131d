import { createRequire } from 'node:module';

/** jsonwebtoken, with which the Node original verifies and the service presumably signed. It ships no types. */
interface OriginalLibrary {
  sign(
    claims: object,
    pem: string,
    options: { algorithm: 'ES512'; header: object; noTimestamp: boolean },
  ): string;
  verify(
    token: string,
    pem: string,
    options: { algorithms: ['ES512']; audience: string; issuer: string; clockTimestamp: number },
  ): Record<string, unknown>;
  decode(token: string, options: { complete: true }): { readonly header: Record<string, unknown> };
}

export const originalLibrary: OriginalLibrary = createRequire(import.meta.url)('jsonwebtoken');
