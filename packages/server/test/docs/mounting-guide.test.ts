/** The guide to mounting: what it shows is what the examples are, and every one of them runs. */
import { randomBytes } from 'node:crypto';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { runAtTakenPort, startExample } from '../support/example-process.js';
import { codeBlocksOf, REPOSITORY, readExample } from '../support/guides.js';

const environment = { MASTER_KEY: randomBytes(32).toString('base64') };

/** What a program shows on its standard output, once it is there. */
async function signInPageOf({ output }: { output(): string }): Promise<string> {
  return vi.waitFor(() => /^http\S+\/sign-in$/m.exec(output())?.[0] ?? expect.fail('no sign-in page yet'));
}

describe('mounting-the-authority.md', () => {
  const blocks = codeBlocksOf('mounting-the-authority.md');
  const examples = blocks.filter(({ language }) => language === 'js');

  it('holds code that a test runs, and no other but the configuration of a proxy', () => {
    expect(examples).toHaveLength(6);
    for (const { language, source } of blocks)
      if (language !== 'nginx')
        expect(`${language} ${source}`).toMatch(/^js docs\/examples\/mounting\/[\w/]+\.mjs$/);
  });

  it.each(examples.map(({ source, text }) => [source, text]))('shows %s as it is', (source, text) => {
    expect(text.trim()).toBe(readExample(source).trim());
  });

  it.each(['express', 'fastify', 'hono', 'node'])('%s.mjs signs people in under /auth', async (name) => {
    const server = await startExample(`mounting/${name}.mjs`, environment);
    onTestFinished(server.stop);
    expect(await (await fetch(server.url)).text()).toBe('Shop');
    const page = await signInPageOf(server);
    expect(page).toMatch(new RegExp(`^${server.url}auth/[0-9a-f-]{36}/sign-in$`));
    const started = await fetch(page.replace('/sign-in', '/authenticate'), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'ada@example.com' }),
    });
    expect(started.status).toBe(200);
    await vi.waitFor(async () => {
      expect(await (await fetch(`${server.url}auth/mailbox`)).text()).toContain('Log in to Shop');
    });
    const metadata = await fetch(`${server.url}.well-known/oauth-authorization-server/auth`);
    expect(metadata.headers.get('access-control-allow-origin')).toBe('*');
  });

  it.each(['express', 'fastify', 'hono', 'node'])('%s.mjs fails where its port is taken', async (name) => {
    const { exitCode, stdout, stderr } = await runAtTakenPort(`mounting/${name}.mjs`, environment);
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toContain('EADDRINUSE');
  });

  it('next/route.mjs answers as a route of Next.js, which is not there, would be asked', async () => {
    vi.stubEnv('MASTER_KEY', environment.MASTER_KEY);
    onTestFinished(() => void vi.unstubAllEnvs());
    const { GET } = await import(`${REPOSITORY}docs/examples/mounting/next/route.mjs`);
    const { authority } = await import(`${REPOSITORY}docs/examples/mounting/authority.mjs`);
    onTestFinished(() => authority.stop());
    const request = new Request(`${authority.issuer}/readyz`, { headers: { 'x-real-ip': '192.0.2.1' } });
    const answer = await GET(request, { params: Promise.resolve({ path: ['readyz'] }) });
    expect(await answer.json()).toEqual({ status: 'ready' });
  });
});
