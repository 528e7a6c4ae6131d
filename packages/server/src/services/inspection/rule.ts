import type { TokenErrorCode } from 'countersign';

/** What came of one rule. `found` and `expected` are for people; claims of the token are quoted in `found`. */
export interface RuleOutcome {
  readonly rule: string;
  readonly outcome: 'pass' | 'fail' | 'unknown';
  /** What the rule asks for. */
  readonly expected: string;
  /** What there is instead, or why nothing can be said; null where the rule is kept. */
  readonly found: string | null;
  /** The code that a verifier refuses with; null unless the rule is broken. */
  readonly code: TokenErrorCode | null;
}

export type Judgement =
  | { readonly outcome: 'pass' }
  | { readonly outcome: 'fail'; readonly code: TokenErrorCode; readonly found: string }
  | { readonly outcome: 'unknown'; readonly found: string };

export const pass: Judgement = Object.freeze({ outcome: 'pass' });

export function fail(code: TokenErrorCode, found: string): Judgement {
  return { outcome: 'fail', code, found };
}

export function unknown(found: string): Judgement {
  return { outcome: 'unknown', found };
}

export function toOutcome(rule: string, expected: string, judgement: Judgement): RuleOutcome {
  const { outcome } = judgement;
  return {
    rule,
    outcome,
    expected,
    found: outcome === 'pass' ? null : judgement.found,
    code: outcome === 'fail' ? judgement.code : null,
  };
}

const MAX_QUOTED = 120;

/** A value as it stands in the token, shortened. Control characters are escaped by JSON. */
export function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length <= MAX_QUOTED ? text : `${text.slice(0, MAX_QUOTED)}...`;
}
