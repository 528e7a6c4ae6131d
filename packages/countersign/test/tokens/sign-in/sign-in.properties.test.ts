import { createSignInClient } from 'countersign/sign-in';
import { createBrowserSignInClient } from 'countersign/sign-in/browser';
import { createTestAuthority, createTestClock } from 'countersign/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rejectionOf } from './support/rejection.js';

describe('properties', () => {
  const clock = createTestClock(1_800_000_000);
  const authority = createTestAuthority({ clock });
  const { appId, baseUrl, fetch } = authority;
  const client = createSignInClient({ appId, baseUrl, fetch, clock });
  const good = authority.signIdToken('ana@example.com');

  it('J31: no text that was not signed is believed, and each is refused as unauthorized', async () => {
    const segment = fc.base64String().map((text) => text.replace(/[+/=]/g, '_'));
    const texts = fc.oneof(
      fc.string(),
      fc.tuple(segment, segment, segment).map((parts) => parts.join('.')),
    );
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        expect(await rejectionOf(client.verifyIdToken(text))).toMatchObject({ code: 'unauthorized' });
      }),
      { numRuns: 200 },
    );
  });

  it('J31: no good token with one character changed is believed', async () => {
    const place = fc.nat({ max: good.length - 1 });
    const character = fc.constantFrom(...'ABCxyz019-_.=+ ');
    await fc.assert(
      fc.asyncProperty(place, character, async (at, changed) => {
        fc.pre(good[at] !== changed);
        const text = good.slice(0, at) + changed + good.slice(at + 1);
        const error = await rejectionOf(client.verifyIdToken(text));
        expect(error.code).toBe('unauthorized');
        expect(error.message).not.toContain(good.slice(0, 40));
      }),
      { numRuns: 100 },
    );
  });

  it('M11: whatever the address, no token is left in it', () => {
    const name = fc.constantFrom('idToken', 'refreshToken', 'code', 'x', 'IDTOKEN');
    const parameters = fc.array(fc.tuple(name, fc.string()), { maxLength: 5 });
    fc.assert(
      fc.property(parameters, parameters, (query, fragment) => {
        let href = `https://app.example/?${new URLSearchParams(query)}#${new URLSearchParams(fragment)}`;
        const history = {
          state: null,
          replaceState: (_state: unknown, _unused: string, url: string) => {
            href = url;
          },
        };
        const window = { location: { href }, history };
        const page = createBrowserSignInClient({ appId, baseUrl, window });
        page.dropTokensFromAddressBar();
        const nothing = { idToken: null, refreshToken: null, code: null };
        expect(page.getTokensFromUrl(href)).toEqual(nothing);
      }),
    );
  });
});
