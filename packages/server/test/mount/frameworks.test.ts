/** An authority under a path of somebody else's server. Next.js itself is not there: its handlers are, with their signature. */
import { createSignInClient } from 'countersign/sign-in';
import { describe, expect, it } from 'vitest';
import { linkIn, type MountedAuthority, mountAuthority } from '../support/mounted-authority.js';
import { PageClient } from '../support/page-client.js';
import { HOSTS } from './hosts.js';

/** Whatever a page loads or leads to. */
function placesOn(markup: string, url: string): URL[] {
  const places = markup.matchAll(/ (?:href|src|action)="([^"]*)"/g);
  return [...places].map(([, place = '']) => new URL(place.replaceAll('&amp;', '&'), url));
}

async function expectPlacesUnderIssuer(response: Response, { issuer }: MountedAuthority): Promise<void> {
  const places = placesOn(await response.text(), response.url);
  expect(places.length).toBeGreaterThan(2);
  for (const { href } of places) expect(href).toMatch(new RegExp(`^${issuer}/`));
  const assets = places.filter(({ pathname }) => pathname.includes('/assets/'));
  expect(assets.length).toBeGreaterThan(1);
  for (const asset of assets) expect((await fetch(asset)).status).toBe(200);
}

function chunksOf(sizes: readonly number[], firstText = ''): ReadableStream<Uint8Array> {
  const left = [...sizes];
  let text = firstText;
  return new ReadableStream({
    pull(controller) {
      const size = left.shift();
      if (size === undefined) return controller.close();
      controller.enqueue(new TextEncoder().encode(text.padEnd(size)));
      text = '';
    },
  });
}

function post(url: string, body: string | ReadableStream<Uint8Array>): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return fetch(url, { method: 'POST', headers, body, duplex: 'half' });
}

describe.each(HOSTS)('mounted under /auth in $name', (host) => {
  const mounted = (options: Parameters<typeof mountAuthority>[1] = {}) =>
    mountAuthority(host.mount, { ...host.options, ...options });

  it('JAM-2 JAM-6 JAM-9 JAM-10: mail, link, confirmation, tokens, verification, refresh, deletion', async () => {
    const server = await mounted();
    const app = await server.createApp({ allowRefresh: true });
    const client = createSignInClient({ appId: app.id, baseUrl: server.issuer, clock: server.clock });
    await client.startSignIn('ada@example.com');
    const link = linkIn(await server.nextMail());
    expect(link).toMatch(new RegExp(`^${server.issuer}/${app.id}/link`));

    const person = new PageClient();
    const finished = await person.finishWithLink(link);
    expect(finished.headers.getSetCookie()).toEqual([
      expect.stringMatching(new RegExp(`^start-${app.id}\\+auth=; Path=/; .*Max-Age=0$`)),
      expect.stringMatching(new RegExp(`^link-${app.id}\\+auth=; Path=/; .*Max-Age=0$`)),
    ]);
    const { searchParams } = new URL(finished.headers.get('location') ?? '');
    const { claims } = await client.verifyIdToken(searchParams.get('idToken') ?? '');
    expect(claims).toMatchObject({ iss: `${server.issuer}/${app.id}`, email: 'ada@example.com' });

    const refreshToken = searchParams.get('refreshToken') ?? '';
    const idToken = await client.refreshIdToken(refreshToken);
    await client.deleteRefreshToken(idToken, refreshToken);
    await expect(client.refreshIdToken(refreshToken)).rejects.toMatchObject({ reason: 'unauthorized' });
  });

  it('O26: pages load and lead to nothing outside of the path, and keep their headers', async () => {
    const server = await mounted();
    const app = await server.createApp();
    const signIn = await fetch(`${server.issuer}/${app.id}/sign-in`);
    expect(signIn.headers.get('content-security-policy')).toContain("default-src 'none'");
    await expectPlacesUnderIssuer(signIn, server);
    const headers = { accept: 'text/html' };
    await expectPlacesUnderIssuer(await fetch(`${server.issuer}/no/such/page`, { headers }), server);
  });

  it('a form of the pages leads on under the path', async () => {
    const server = await mounted();
    const app = await server.createApp();
    const person = new PageClient();
    const sent = await person.post(`${server.issuer}/${app.id}/sign-in`, { email: 'ada@example.com' });
    expect([sent.status, sent.headers.get('location')]).toEqual([
      303,
      `${server.issuer}/${app.id}/check-mail`,
    ]);
    const waiting = await person.get(`${server.issuer}/${app.id}/check-mail`);
    expect(await waiting.text()).toContain('ada@example.com');
  });

  it('health is there too, and the rest of the server is left alone', async () => {
    const { issuer, origin } = await mounted();
    expect(await (await fetch(`${issuer}/readyz`)).json()).toEqual({ status: 'ready' });
    expect((await fetch(`${issuer}/healthz`, { method: 'HEAD' })).status).toBe(200);
    expect(await (await fetch(origin)).text()).toBe('the rest of the server');
  });

  it('O29: documents at the root of the host come from the authority', async () => {
    const { authority, origin, lines } = await mounted();
    for (const path of authority.wellKnownPaths) await fetch(origin + path);
    expect(lines.filter(({ event }) => event === 'request')).toHaveLength(2);
  });

  it('S3: takes a body that comes in pieces, and refuses one that is too long', async () => {
    const server = await mounted();
    const app = await server.createApp();
    const url = `${server.issuer}/${app.id}/authenticate`;
    const started = await post(url, chunksOf([40, 40, 40], '{"email": "ada@example.com"}'));
    expect(started.status).toBe(200);
    const tooLong = await post(url, 'x'.repeat(64 * 1024 + 1));
    expect(tooLong.status).toBe(413);
    expect(await tooLong.json()).toMatchObject({ code: 'body_too_large' });
    expect((await post(url, chunksOf([40_000, 40_000]))).status).toBe(413);
  });

  it('says what to do where a parser has taken the body', async () => {
    const server = await mountAuthority(host.mountBehindParser, host.options);
    const app = await server.createApp();
    const response = await post(`${server.issuer}/${app.id}/authenticate`, '{"email":"ada@example.com"}');
    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({
      code: 'internal_error',
      message: expect.stringContaining('Mount the authority before every body parser'),
    });
    expect(server.lines).toContainEqual({
      level: 'error',
      event: 'body_already_read',
      fields: { advice: expect.stringContaining('body parser') },
    });
    expect(JSON.stringify(server.lines)).not.toContain('ada@example.com');
  });
});

describe.each(HOSTS.slice(0, 3))('the address of a client in $name', (host) => {
  const clientIpOf = async (trustedProxies: readonly string[]) => {
    const { issuer, lines } = await mountAuthority(host.mount, { trustedProxies });
    await fetch(`${issuer}/healthz`, { headers: { 'x-forwarded-for': '203.0.113.9, 198.51.100.7' } });
    return lines.find(({ event }) => event === 'request')?.fields['clientIp'];
  };

  it('S16: is that of the connection, whatever X-Forwarded-For says', async () => {
    expect(await clientIpOf([])).toMatch(/^(?:127\.0\.0\.1|::1)$/);
  });

  it('S16: is what a trusted proxy wrote down', async () => {
    expect(await clientIpOf(['127.0.0.1', '::1'])).toBe('198.51.100.7');
  });
});
