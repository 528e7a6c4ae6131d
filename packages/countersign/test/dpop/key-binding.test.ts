import { readKeyBinding } from 'countersign/dpop';
import { describe, expect, it } from 'vitest';

const THUMBPRINT = '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I';

describe('O23: the key that a token is bound to', () => {
  it('is what cnf says', () => {
    expect(readKeyBinding({ cnf: { jkt: THUMBPRINT } })).toBe(THUMBPRINT);
  });

  it('is none without cnf', () => {
    expect(readKeyBinding({ sub: 'somebody' })).toBeNull();
  });

  it.each([
    null,
    '',
    THUMBPRINT,
    [],
    {},
    { jkt: '' },
    { jkt: 5 },
    { jkt: `${THUMBPRINT}=` },
    { jkt: THUMBPRINT.slice(1) },
    { 'x5t#S256': THUMBPRINT },
    { jkt: THUMBPRINT, 'x5t#S256': THUMBPRINT },
  ])('is never taken for none where it cannot be read: %j', (cnf) => {
    expect(() => readKeyBinding({ cnf })).toThrow(expect.objectContaining({ code: 'claim_invalid' }));
  });
});
