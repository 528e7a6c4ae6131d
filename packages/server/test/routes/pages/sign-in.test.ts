import { describe, expect, it } from 'vitest';
import { Refusal } from '../../../src/domain/refusal.js';
import { LIVE_REQUEST } from '../../support/fake-sign-in.js';
import { openPages, pathOf } from '../../support/open-pages.js';
import { hiddenFields } from '../../support/page-visitor.js';

const refuse =
  (...details: ConstructorParameters<typeof Refusal>) =>
  () => {
    throw new Refusal(...details);
  };

describe('the sign-in page', () => {
  it('asks for an address and leads to the page that says where the mail went', async () => {
    const { visitor, started } = openPages();
    const form = await visitor.get(pathOf('sign-in'));
    expect(form.status).toBe(200);
    expect(form.body).toContain('<form method="post" action="sign-in"');
    const sent = await visitor.post(pathOf('sign-in'), { email: LIVE_REQUEST.email });
    expect(sent.status).toBe(303);
    expect(sent.location).toBe(pathOf('check-mail'));
    expect(started).toEqual([
      { email: LIVE_REQUEST.email, origin: { clientIp: '192.0.2.1', unverifiedUserAgent: undefined } },
    ]);
    expect((await visitor.get(sent.location ?? '')).body).toContain('ada@example.com');
  });

  it('keeps the request id in a cookie of its app, never in an address', async () => {
    const { visitor } = openPages();
    const sent = await visitor.post(pathOf('sign-in'), { email: LIVE_REQUEST.email });
    expect(sent.headers['set-cookie']).toEqual([
      expect.stringMatching(
        /^__Host-start-6f1c1d1e-[^=]*=r{43}; Path=\/; HttpOnly; SameSite=Lax; Secure; Max-Age=900$/,
      ),
    ]);
  });

  it('O27: sets plain cookies on a loopback issuer without https', async () => {
    const { visitor } = openPages({}, { issuer: 'http://localhost:8080' });
    const sent = await visitor.post(pathOf('sign-in'), { email: LIVE_REQUEST.email });
    expect(String(sent.headers['set-cookie'])).toMatch(
      /^start-6f1c1d1e-[^;]*; Path=\/; HttpOnly; SameSite=Lax; Max-Age/,
    );
  });

  it('shows an address that no mail can be sent to again, with what is wrong', async () => {
    const { visitor } = openPages({}, { onStart: refuse('invalid_email', { message: 'It is cut off.' }) });
    const answer = await visitor.post(pathOf('sign-in'), { email: '"><script>' });
    expect(answer.status).toBe(400);
    expect(answer.body).toContain('It is cut off.');
    expect(answer.body).toContain('value="&quot;&gt;&lt;script&gt;"');
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  it('M6: leaves too many requests to the error page, with Retry-After', async () => {
    const { visitor } = openPages({}, { onStart: refuse('too_many_requests', { retryAfterSeconds: 700 }) });
    const answer = await visitor.post(pathOf('sign-in'), { email: 'ada@example.com' });
    expect(answer.status).toBe(429);
    expect(answer.headers['retry-after']).toBe('700');
  });

  it('O25: refuses a form from elsewhere before anything is sent', async () => {
    const { visitor, started } = openPages();
    const answer = await visitor.request('POST', pathOf('sign-in'), {
      headers: { origin: 'https://evil.example' },
      body: 'email=ada%40example.com',
    });
    expect(answer.status).toBe(403);
    expect(started).toHaveLength(0);
  });

  it('answers 404 for an unknown app', async () => {
    expect((await openPages().visitor.get('/nobody/sign-in')).status).toBe(404);
  });

  it('O26: carries the headers of every page', async () => {
    const { headers } = await openPages().visitor.get(pathOf('sign-in'));
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'cross-origin-opener-policy': 'same-origin',
    });
    expect(headers['content-security-policy']).toContain("default-src 'none'");
  });
});

describe('the check-mail page', () => {
  const started = async () => {
    const pages = openPages();
    await pages.visitor.post(pathOf('sign-in'), { email: LIVE_REQUEST.email });
    return pages;
  };

  it('offers to send the mail again to the same address', async () => {
    const { visitor } = await started();
    const page = await visitor.get(pathOf('check-mail'));
    expect(page.body).toContain('<form method="post" action="sign-in">');
    expect(hiddenFields(page.body)).toEqual({ email: 'ada@example.com' });
  });

  it('finishes with the right code and forgets the cookies', async () => {
    const { visitor } = await started();
    const done = await visitor.post(pathOf('check-mail'), { code: LIVE_REQUEST.code });
    expect(done.status).toBe(303);
    expect(done.location).toMatch(/^https:\/\/boats\.example\/signed-in\?idToken=/);
    expect(visitor.cookies.size).toBe(0);
  });

  it('M7: shows the page again after a wrong code, with the problem at the field', async () => {
    const { visitor } = await started();
    const again = await visitor.post(pathOf('check-mail'), { code: '000000' });
    expect(again.status).toBe(401);
    expect(again.body).toContain('id="code-problem">The code is wrong or no longer valid.');
    expect(again.body).toContain('ada@example.com');
  });

  it('M7: takes a code from the browser that asked and from no other', async () => {
    const { newVisitor } = await started();
    const answer = await newVisitor().post(pathOf('check-mail'), { code: LIVE_REQUEST.code });
    expect(answer.status).toBe(400);
    expect(answer.body).toContain('No log-in is waiting here');
  });

  it('offers to start again when the request is gone', async () => {
    const { visitor } = await started();
    await visitor.post(pathOf('check-mail'), { code: LIVE_REQUEST.code });
    await visitor.post(pathOf('sign-in'), { email: LIVE_REQUEST.email });
    const answer = await visitor.post(pathOf('check-mail'), { code: LIVE_REQUEST.code });
    expect(answer.status).toBe(401);
    expect(answer.body).toContain('No log-in is waiting here');
    expect((await visitor.get(pathOf('check-mail'))).status).toBe(400);
  });

  it('lets its form end at the app, and wherever the app leads on to: Chrome holds redirects to form-action', async () => {
    const formAction = async (redirectUrl: string) => {
      const { visitor } = openPages({ redirectUrl });
      await visitor.post(pathOf('sign-in'), { email: LIVE_REQUEST.email });
      const { headers } = await visitor.get(pathOf('check-mail'));
      return /form-action (.*)$/.exec(String(headers['content-security-policy']))?.[1];
    };
    expect(await formAction('https://api.boats.example/signed-in')).toBe("'self' https:");
    expect(await formAction('http://127.0.0.1:3000/signed-in')).toBe("'self' http:");
  });
});
