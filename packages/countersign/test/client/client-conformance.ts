/** What every client does, whichever library sends the request. */
import { Readable } from 'node:stream';
import { UsageError } from 'countersign';
import { describe, expect, it } from 'vitest';
import type { AsapClientOptions } from '../../src/client/index.js';
import { numberedTokens } from './support/numbered-tokens.js';
import { REFUSED, startRecordingService } from './support/recording-service.js';

export interface OutgoingRequest {
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Readable;
}

/** Sends one request and gives its status; whatever the status, it does not reject. */
export type Send = (url: string, request?: OutgoingRequest) => Promise<number>;

export interface ConformanceOptions {
  /** Where clients pack what a hook throws. */
  readonly errorOf?: (error: unknown) => unknown;
}

export function clientConformance(
  name: string,
  createClient: (options: AsapClientOptions) => Send,
  { errorOf = (error) => error }: ConformanceOptions = {},
): void {
  const authorizations = (requests: readonly { authorization: string | undefined }[]) =>
    requests.map(({ authorization }) => authorization);

  describe(`${name}: tokens`, () => {
    it('ASAP-14: each request carries a bearer token for the origin of its URL', async () => {
      const service = await startRecordingService();
      const { signer, asked } = numberedTokens();
      const send = createClient({ signer });
      expect(await send(`${service.origin}/orders?page=2#top`)).toBe(200);
      await send(`http://127.0.0.1:${service.port}/orders`);
      expect(authorizations(service.requests)).toEqual(['Bearer token-1', 'Bearer token-2']);
      expect(asked.map(({ audience }) => audience)).toEqual([
        service.origin,
        `http://127.0.0.1:${service.port}`,
      ]);
    });

    it('ASAP-14: the audience can be fixed, or depend on the URL', async () => {
      const service = await startRecordingService();
      const { signer, asked } = numberedTokens();
      await createClient({ signer, audience: 'orders' })(service.origin);
      await createClient({ signer, audience: ({ pathname }) => `service${pathname}` })(`${service.origin}/a`);
      expect(asked.map(({ audience }) => audience)).toEqual(['orders', 'service/a']);
    });

    it('ASAP-14: extra claims reach the signer', async () => {
      const service = await startRecordingService();
      const { signer, asked } = numberedTokens();
      await createClient({ signer, claims: { tenant: 'a' } })(service.origin);
      expect(asked[0]?.claims).toEqual({ tenant: 'a' });
    });

    it("leaves a caller's own Authorization header alone, whatever its case", async () => {
      const service = await startRecordingService([REFUSED]);
      const { signer, asked } = numberedTokens();
      const status = await createClient({ signer })(service.origin, {
        headers: { AUTHORIZATION: 'Basic Zm9vOmJhcg==' },
      });
      expect(status).toBe(401);
      expect(authorizations(service.requests)).toEqual(['Basic Zm9vOmJhcg==']);
      expect(asked).toEqual([]);
    });

    it.each(['http://service.example/orders', 'http://10.0.0.1/', 'http://localhost.example/'])(
      'sends nothing to %s: no token travels in the clear',
      async (url) => {
        const { signer, asked } = numberedTokens();
        const error = await createClient({ signer })(url).catch(errorOf);
        expect(error).toBeInstanceOf(UsageError);
        expect(error).toMatchObject({
          code: 'invalid_options',
          problems: [expect.stringContaining('must use https')],
        });
        expect(asked).toEqual([]);
      },
    );

    it('fails with what the signer throws, and sends nothing', async () => {
      const service = await startRecordingService();
      const signer = { signAsync: () => Promise.reject(new RangeError('no key')) };
      const error = await createClient({ signer })(service.origin).catch(errorOf);
      expect(error).toBeInstanceOf(RangeError);
      expect(service.requests).toEqual([]);
    });
  });

  describe(`${name}: a refused token`, () => {
    it('is followed by one more try with a fresh one', async () => {
      const service = await startRecordingService([REFUSED]);
      const { signer, asked } = numberedTokens();
      const status = await createClient({ signer })(service.origin, { method: 'POST', body: 'one order' });
      expect(status).toBe(200);
      expect(service.requests).toEqual([
        { method: 'POST', path: '/', authorization: 'Bearer token-1', body: 'one order' },
        { method: 'POST', path: '/', authorization: 'Bearer token-2', body: 'one order' },
      ]);
      expect(asked.map(({ fresh }) => fresh)).toEqual([false, true]);
    });

    it('is not tried a third time', async () => {
      const service = await startRecordingService([REFUSED, REFUSED, REFUSED]);
      const { signer } = numberedTokens();
      const send = createClient({ signer });
      expect(await send(service.origin)).toBe(401);
      expect(service.requests).toHaveLength(2);
      expect(await send(service.origin)).toBe(200);
      expect(authorizations(service.requests).slice(2)).toEqual(['Bearer token-3', 'Bearer token-4']);
    });

    it.each([
      ['a 401 without a challenge', { status: 401 }],
      ['a 401 that asks for a token', { status: 401, headers: { 'www-authenticate': 'Bearer' } }],
      [
        'a 401 for want of scope',
        { status: 401, headers: { 'www-authenticate': 'Bearer error="insufficient_scope"' } },
      ],
      ['a 403 that says invalid_token', { ...REFUSED, status: 403 }],
    ])('%s is not followed by another try', async (_, answer) => {
      const service = await startRecordingService([answer]);
      const { signer } = numberedTokens();
      expect(await createClient({ signer })(service.origin)).toBe(answer.status);
      expect(service.requests).toHaveLength(1);
    });

    it('is not followed by another try where the body was a stream', async () => {
      const service = await startRecordingService([REFUSED]);
      const { signer } = numberedTokens();
      const body = Readable.from([Buffer.from('once')]);
      expect(await createClient({ signer })(service.origin, { method: 'POST', body })).toBe(401);
      expect(service.requests.map((request) => request.body)).toEqual(['once']);
    });
  });

  describe(`${name}: redirects`, () => {
    it('ASAP-14: to another origin lose the token, also on the way back', async () => {
      const service = await startRecordingService();
      const other = await startRecordingService([
        { status: 302, headers: { location: `${service.origin}/c` } },
      ]);
      const first = await startRecordingService([
        { status: 302, headers: { location: `${other.origin}/b` } },
      ]);
      const { signer, asked } = numberedTokens();
      expect(await createClient({ signer, audience: 'fixed' })(`${first.origin}/a`)).toBe(200);
      expect(authorizations(first.requests)).toEqual(['Bearer token-1']);
      expect(authorizations([...other.requests, ...service.requests])).toEqual([undefined, undefined]);
      expect(asked).toHaveLength(1);
    });

    it('ASAP-14: to a subdomain lose the token', async () => {
      const service = await startRecordingService();
      const location = `http://sub.localhost:${service.port}/b`;
      const first = await startRecordingService([{ status: 302, headers: { location } }]);
      const { signer } = numberedTokens();
      await createClient({ signer })(`${first.origin}/a`).catch(() => undefined);
      expect(authorizations(service.requests).filter((value) => value !== undefined)).toEqual([]);
    });

    it('within the origin keep a token', async () => {
      const service = await startRecordingService([{ status: 302, headers: { location: '/b' } }]);
      const { signer } = numberedTokens();
      expect(await createClient({ signer })(`${service.origin}/a`)).toBe(200);
      expect(authorizations(service.requests)).toEqual([
        'Bearer token-1',
        expect.stringMatching(/^Bearer token-[12]$/),
      ]);
    });

    it('are not followed by another try where the other origin wants a token', async () => {
      const other = await startRecordingService([REFUSED]);
      const first = await startRecordingService([{ status: 302, headers: { location: other.origin } }]);
      const { signer } = numberedTokens();
      expect(await createClient({ signer })(first.origin)).toBe(401);
      expect(authorizations(other.requests)).toEqual([undefined]);
      expect(first.requests).toHaveLength(1);
    });
  });

  describe(`${name}: options`, () => {
    it('are checked once, all problems together', () => {
      const wrong = { signer: {}, audience: '', claims: { at: new Date(0) }, audiense: 'x' };
      expect(() => createClient(wrong as unknown as AsapClientOptions)).toThrow(
        expect.objectContaining({
          code: 'invalid_options',
          problems: [/audiense.*audience/, /^signer /, /^audience /, /^claims /].map((problem) =>
            expect.stringMatching(problem),
          ),
        }),
      );
    });
  });
}
