import { describe, expect, it } from 'vitest';
import { readForm } from '../../src/http/read-form.js';
import { readJson, requireString } from '../../src/http/read-json.js';
import { single } from '../../src/http/single.js';
import { httpRequest } from '../support/http-request.js';

const JSON_TYPE = 'application/json';
const bytes = (text: string) => new TextEncoder().encode(text);
const sent = (contentType: string, body: string | Uint8Array) =>
  httpRequest({ method: 'POST', headers: { 'content-type': contentType }, body });

describe('readJson', () => {
  it.each([
    JSON_TYPE,
    'Application/JSON',
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
  ])('reads an object sent as %s', async (contentType) => {
    expect(await readJson(sent(contentType, '{"a":"é"}'))).toEqual({ a: 'é' });
  });

  it.each([
    '',
    'text/plain',
    'application/jsonp',
    'application/json; charset=latin1',
    'application/json, text/plain',
  ])('refuses a body sent as %j', async (contentType) => {
    await expect(readJson(sent(contentType, '{}'))).rejects.toMatchObject({ code: 'unsupported_media_type' });
  });

  it('refuses a body without a content type', async () => {
    const request = httpRequest({ method: 'POST', body: bytes('{}') });
    await expect(readJson(request)).rejects.toMatchObject({ code: 'unsupported_media_type' });
  });

  it.each(['', ' ', '[]', '"x"', '1', 'null', '{', '{}x', '\u{feff}{}', '{"a":NaN}', "{'a':1}"])(
    'refuses %j, which is no JSON object',
    async (body) => {
      await expect(readJson(sent(JSON_TYPE, body))).rejects.toMatchObject({ code: 'invalid_json' });
    },
  );

  it('refuses bytes that are no UTF-8', async () => {
    const body = new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]);
    await expect(readJson(sent(JSON_TYPE, body))).rejects.toMatchObject({ code: 'invalid_json' });
  });

  it('S6: keeps what was sent out of the error, also out of its cause', async () => {
    const error: unknown = await readJson(sent(JSON_TYPE, '{"refreshToken":s3cret}')).catch(
      (caught) => caught,
    );
    expect(error).toMatchObject({ code: 'invalid_json' });
    expect(error).not.toHaveProperty('cause');
    expect(String(error)).not.toContain('s3cret');
  });

  it('survives nesting as deep as the largest body allows', async () => {
    const body = `{"a":${'['.repeat(32_000)}${']'.repeat(32_000)}}`;
    expect(Object.keys(await readJson(sent(JSON_TYPE, body)))).toEqual(['a']);
  });
});

describe('requireString', () => {
  it('gives a string, also an empty one', () => {
    expect(requireString({ email: 'a' }, 'email')).toBe('a');
    expect(requireString({ email: '' }, 'email')).toBe('');
  });

  it.each([[{}], [{ email: 1 }], [{ email: null }], [{ email: ['a'] }], [{ email: { a: 1 } }]])(
    'refuses %j and names the member',
    (object) => {
      expect(() => requireString(object, 'email')).toThrow('"email" must be a string.');
    },
  );

  it('sees only own members: __proto__ in the body brings nothing in', async () => {
    const body = await readJson(sent(JSON_TYPE, '{"__proto__":{"email":"a@b.example"}}'));
    expect(() => requireString(body, 'email')).toThrow('"email" must be a string.');
    expect(() => requireString(body, 'toString')).toThrow('"toString" must be a string.');
    expect(({} as { email?: unknown }).email).toBeUndefined();
  });
});

describe('readForm', () => {
  const FORM_TYPE = 'application/x-www-form-urlencoded';

  it.each([FORM_TYPE, `${FORM_TYPE}; charset=UTF-8`])('reads fields sent as %s', async (contentType) => {
    const fields = await readForm(sent(contentType, 'email=a%2Bb%40c.example&action=+go&empty='));
    expect([...fields]).toEqual([
      ['email', 'a+b@c.example'],
      ['action', ' go'],
      ['empty', ''],
    ]);
  });

  it.each(['multipart/form-data; boundary=x', 'text/plain', JSON_TYPE])('refuses %s', async (contentType) => {
    await expect(readForm(sent(contentType, 'a=1'))).rejects.toMatchObject({
      code: 'unsupported_media_type',
    });
  });

  it('O5: refuses a field that is given twice, whatever its encoding', async () => {
    await expect(readForm(sent(FORM_TYPE, 'a=1&b=2&%61=3'))).rejects.toMatchObject({
      code: 'invalid_parameter',
    });
  });

  it('refuses bytes that are no UTF-8', async () => {
    const body = new Uint8Array([0x61, 0x3d, 0xff]);
    await expect(readForm(sent(FORM_TYPE, body))).rejects.toMatchObject({ code: 'invalid_parameter' });
  });
});

describe('single', () => {
  it('O5: gives one value, nothing if absent, and refuses two', () => {
    const query = new URLSearchParams('code=a&twice=1&twice=2');
    expect(single(query, 'code')).toBe('a');
    expect(single(query, 'other')).toBeUndefined();
    expect(() => single(query, 'twice')).toThrow('"twice" is given twice.');
  });
});
