/** What comes of a token: how tests ask, in one word. */
import type { TokenErrorCode } from 'countersign';
import { TokenError } from 'countersign';
import { expect } from 'vitest';

export type Judgement = 'accepted' | TokenErrorCode;

interface Verifier {
  verify(token: string): unknown;
  verifyAsync(token: string): Promise<unknown>;
}

/** `accepted` or the code of the refusal, on which both ways to verify must agree. Any other error fails the test. */
export async function judge(verifier: Verifier, token: string): Promise<Judgement> {
  const judgement = judgeNow(verifier, token);
  let later: Judgement = 'accepted';
  try {
    await verifier.verifyAsync(token);
  } catch (error) {
    later = codeOf(error);
  }
  expect(later).toBe(judgement);
  return judgement;
}

/** The same by `verify` alone. */
export function judgeNow(verifier: Verifier, token: string): Judgement {
  try {
    verifier.verify(token);
    return 'accepted';
  } catch (error) {
    return codeOf(error);
  }
}

function codeOf(error: unknown): TokenErrorCode {
  if (error instanceof TokenError) return error.code;
  throw error;
}
