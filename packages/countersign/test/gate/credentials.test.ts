import type { GateRequest } from 'countersign/gate';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CredentialOptions } from '../../src/gate/credentials.js';
import { aCookieName, createCredentialReader, isTokenText } from '../../src/gate/credentials.js';
import { hostileText } from '../support/hostile-text.js';
import { authorizedBy, requestWith } from './support/gate-requests.js';

const TOKEN = 'eyJh.eyJi.c-_9';
const FOUND = { scheme: 'bearer', token: TOKEN };

/** As the gate judges it in the end: what is no token by its characters is verified by nobody. */
function readerOf(options: Partial<CredentialOptions>) {
  const read = createCredentialReader({ cookie: null, malformedIsMissing: false, ...options });
  return (request: GateRequest) => {
    const found = read(request);
    return typeof found === 'string' || isTokenText(found.token) ? found : 'malformed';
  };
}

const plain = readerOf({});
const withDpop = readerOf({ acceptsDpop: true });
const withCookie = readerOf({ cookie: 'session' });
const asap = createCredentialReader({ cookie: null, malformedIsMissing: true });

const cookies = (...values: readonly string[]) =>
  requestWith({ fields: values.map((value) => ['Cookie', value]) });

describe('a credential in the Authorization header', () => {
  it.each([`Bearer ${TOKEN}`, `bearer ${TOKEN}`, `BEARER ${TOKEN}`, `bEaReR   ${TOKEN}`, `Bearer  ${TOKEN}`])(
    'C17: is found in %j',
    (value) => {
      expect(plain(authorizedBy(value))).toEqual(FOUND);
    },
  );

  it.each([
    'Basic YTpi',
    'Basic',
    'Digest username="x", realm="y"',
    'Negotiate abc==',
    `DPoP ${TOKEN}`,
    TOKEN,
  ])('C17: is missing where the scheme is another one: %j', (value) => {
    expect(plain(authorizedBy(value))).toBe('missing');
  });

  it('C17: is missing where there is no header', () => {
    expect(plain(requestWith())).toBe('missing');
    expect(plain(requestWith({ fields: [['Proxy-Authorization', `Bearer ${TOKEN}`]] }))).toBe('missing');
  });

  it.each([
    '',
    ' ',
    'Bearer',
    'Bearer ',
    'Bearer   ',
    ` Bearer ${TOKEN}`,
    `Bearer\t${TOKEN}`,
    `Bearer \t${TOKEN}`,
    `Bearer ${TOKEN} `,
    `Bearer ${TOKEN}\t`,
    `Bearer ${TOKEN} ${TOKEN}`,
    `Bearer ${TOKEN},${TOKEN}`,
    `Bearer ${TOKEN}, Bearer ${TOKEN}`,
    `Bearer ${TOKEN}, Basic YTpi`,
    `Basic YTpi, Bearer ${TOKEN}`,
    `Basic YTpi,bearer ${TOKEN}`,
    `Bearer: ${TOKEN}`,
    `Bearer, ${TOKEN}`,
    `"Bearer" ${TOKEN}`,
    `Béarer ${TOKEN}`,
  ])('C17: is malformed in %j', (value) => {
    expect(plain(authorizedBy(value))).toBe('malformed');
  });

  it('C17: is malformed where the header comes twice, whatever is in it', () => {
    expect(plain(authorizedBy(`Bearer ${TOKEN}`, `Bearer ${TOKEN}`))).toBe('malformed');
    expect(plain(authorizedBy('Basic YTpi', 'Basic YTpi'))).toBe('malformed');
  });

  it('knows DPoP as a scheme only where it is accepted', () => {
    expect(withDpop(authorizedBy(`dpop ${TOKEN}`))).toEqual({ scheme: 'dpop', token: TOKEN });
    expect(withDpop(authorizedBy('DPoP'))).toBe('malformed');
    expect(withDpop(authorizedBy(`Bearer ${TOKEN}, DPoP ${TOKEN}`))).toBe('malformed');
    expect(plain(authorizedBy('DPoP'))).toBe('missing');
  });

  it('throws nothing and gives no empty token, whatever the header', () => {
    const read = createCredentialReader({ cookie: null, malformedIsMissing: false, acceptsDpop: true });
    fc.assert(
      fc.property(hostileText, fc.constantFrom('', 'Bearer ', 'DPoP ', 'bearer'), (text, start) => {
        const found = read(authorizedBy(start + text));
        if (typeof found === 'object') expect(found.token).not.toMatch(/^$|^ /);
      }),
    );
  });
});

describe('the text of a token', () => {
  it.each([TOKEN, 'a', 'a~+/.-_9', 'abc=', 'abc=='])('C17: is %j', (text) => {
    expect(isTokenText(text)).toBe(true);
  });

  it.each(['', 'a"b', 'a;b', 'a:b', 'a b', 'a,b', 'a\tb', 'a\u0000', 'é', 'a\n', '=', 'a=b', '==a', 'a%2e'])(
    'C17: is not %j',
    (text) => {
      expect(isTokenText(text)).toBe(false);
    },
  );

  it('S21: is looked at in linear time', () => {
    const startedAt = performance.now();
    isTokenText('='.repeat(100_000));
    isTokenText(`${'a'.repeat(100_000)}"`);
    plain(authorizedBy(`Bearer ${' '.repeat(100_000)}a b`));
    plain(authorizedBy(`Basic ${', \t'.repeat(33_000)}`));
    expect(performance.now() - startedAt).toBeLessThan(100);
  });
});

describe('a token in the query', () => {
  const at = (url: string, ...values: readonly string[]) => ({ ...authorizedBy(...values), url });

  it.each([`/?access_token=${TOKEN}`, `/a?b=1&access_token=${TOKEN}`, `/?access%5Ftoken=${TOKEN}`])(
    'C17: is no credential: %s',
    (url) => {
      expect(plain(at(url))).toBe('missing');
    },
  );

  it.each([`/?access_token=${TOKEN}`, '/?access_token=', '/?access_token', `/?%61ccess_token=${TOKEN}`])(
    'C17: is malformed together with one in the header: %s',
    (url) => {
      expect(plain(at(url, `Bearer ${TOKEN}`))).toBe('malformed');
      expect(asap(at(url, `Bearer ${TOKEN}`))).toBe('malformed');
    },
  );

  it('C17: is malformed where it comes twice', () => {
    expect(plain(at('/?access_token=a&access_token=b'))).toBe('malformed');
    expect(plain(at('/?access_token=a&access%5ftoken=b'))).toBe('malformed');
  });

  it.each(['/?my_access_token=a', '/?access_token2=a', '/access_token=a', '/?a=access_token', '/?a=%zz'])(
    'C17: is not seen in %s',
    (url) => {
      expect(plain(at(url, `Bearer ${TOKEN}`))).toEqual(FOUND);
    },
  );
});

describe('a token in a cookie', () => {
  it.each([
    `session=${TOKEN}`,
    `a=b; session=${TOKEN}; c=d`,
    `a=b;session=${TOKEN}`,
    `; =x; session=${TOKEN}`,
  ])('C17: is found where a cookie was configured: %j', (value) => {
    expect(withCookie(cookies(value))).toEqual(FOUND);
    expect(plain(cookies(value))).toBe('missing');
  });

  it('is found among the fields that HTTP/2 may split cookies into', () => {
    expect(withCookie(cookies('a=b', `session=${TOKEN}`))).toEqual(FOUND);
  });

  it.each(['a=b', 'Session=a', 'xsession=a', 'session', 'session=', 'a=session=b', `a="session=${TOKEN}"`])(
    'is missing from %j',
    (value) => {
      expect(withCookie(cookies(value))).toBe('missing');
    },
  );

  it.each(['session=a; session=a', 'session=a; session=', 'session=a b', 'session=a,b'])(
    'C17: is malformed in %j',
    (value) => {
      expect(withCookie(cookies(value))).toBe('malformed');
    },
  );

  it.each(['a b', 'a,b', 'a\tb'])('C17: is malformed in %j before anybody is asked', (token) => {
    for (const malformedIsMissing of [false, true]) {
      const read = createCredentialReader({ cookie: 'session', malformedIsMissing });
      expect(read(cookies(`session=${token}`))).toBe('malformed');
    }
  });

  it('C17: is malformed together with one in the header or the query', () => {
    const both = requestWith({
      fields: [
        ['Authorization', `Bearer ${TOKEN}`],
        ['Cookie', `session=${TOKEN}`],
      ],
    });
    expect(withCookie(both)).toBe('malformed');
    expect(withCookie({ ...cookies(`session=${TOKEN}`), url: '/?access_token=a' })).toBe('malformed');
    expect(plain(both)).toEqual(FOUND);
  });

  it('is found beside a header of another scheme', () => {
    const request = requestWith({
      fields: [
        ['Authorization', 'Basic YTpi'],
        ['Cookie', `session=${TOKEN}`],
      ],
    });
    expect(withCookie(request)).toEqual(FOUND);
  });

  it.each(['', 'a b', 'a;b', 'a=b', 'é', 'a'.repeat(129), null, 1])('is not configured as %j', (name) => {
    expect(aCookieName(name)).toMatch(/^must be the name of a cookie/);
    expect(aCookieName('__Host-session')).toBeUndefined();
  });
});

describe('a credential as ASAP reads it', () => {
  it.each([`Bearer ${TOKEN}`, `bearer ${TOKEN}`])('ASAP-30: is found in %j', (value) => {
    expect(asap(authorizedBy(value))).toEqual(FOUND);
  });

  it.each([
    'Bearer',
    `Bearer  ${TOKEN}`,
    `Bearer ${TOKEN} `,
    'Bearer a b',
    `Bearer\t${TOKEN}`,
    '',
    'Basic YTpi',
  ])('ASAP-30: is missing from %j', (value) => {
    expect(asap(authorizedBy(value))).toBe('missing');
  });

  it('ASAP-30: is missing where the header comes twice', () => {
    expect(asap(authorizedBy(`Bearer ${TOKEN}`, `Bearer ${TOKEN}`))).toBe('missing');
  });

  it('ASAP-30: is one part after one space, whatever its characters', () => {
    expect(asap(authorizedBy('Bearer a,b'))).toEqual({ scheme: 'bearer', token: 'a,b' });
  });
});
