import type { AsapClientOptions } from '../../../src/client/index.js';

type Request = Parameters<AsapClientOptions['signer']['signAsync']>[0];

/** Stands in for a signer: its tokens are `token-1`, `token-2` and so on, and it keeps what was asked of it. */
export function numberedTokens() {
  const asked: Request[] = [];
  const signer = {
    async signAsync(request: Request): Promise<string> {
      asked.push(request);
      return `token-${asked.length}`;
    },
  };
  return { signer, asked };
}
