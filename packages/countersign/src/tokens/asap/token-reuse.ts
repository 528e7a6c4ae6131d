/** Tokens that were signed and may be sent again (rows ASAP-12 and ASAP-13). */
import type { SigningKey } from '../../keys/key.js';

export interface TokenReuseSettings {
  /** The share of its lifetime for which a token is given out again. */
  readonly threshold: number;
  readonly maxTokens: number;
}

export interface TokenReuse {
  /** The token that was signed for the same thing with the same key, while it is young enough. */
  find(wanted: string, key: SigningKey, now: number): string | undefined;
  remember(wanted: string, key: SigningKey, signed: SignedToken): void;
}

export interface SignedToken {
  readonly token: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

interface Remembered extends SignedToken {
  readonly key: SigningKey;
}

/** One token for each thing wanted; the one that was not wanted for longest makes room. */
export function createTokenReuse(settings: TokenReuseSettings): TokenReuse {
  const tokens = new Map<string, Remembered>();

  const put = (wanted: string, remembered: Remembered): void => {
    tokens.delete(wanted);
    tokens.set(wanted, remembered);
  };
  return {
    find(wanted, key, now) {
      const found = tokens.get(wanted);
      if (found === undefined || found.key !== key) return undefined;
      const { issuedAt, expiresAt } = found;
      // A clock that was set back makes it a token from the future, which nobody takes.
      if (!(now >= issuedAt && now <= issuedAt + settings.threshold * (expiresAt - issuedAt)))
        return undefined;
      put(wanted, found);
      return found.token;
    },
    remember(wanted, key, signed) {
      put(wanted, { ...signed, key });
      if (tokens.size > settings.maxTokens) tokens.delete(tokens.keys().next().value ?? '');
    },
  };
}
