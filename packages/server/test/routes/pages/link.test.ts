import { describe, expect, it } from 'vitest';
import { LIVE_REQUEST } from '../../support/fake-sign-in.js';
import { LINK_PATH, openPages, pathOf } from '../../support/open-pages.js';
import { hiddenFields, type PageVisitor } from '../../support/page-visitor.js';

async function openConfirmPage(visitor: PageVisitor, link = LINK_PATH) {
  const opened = await visitor.get(link);
  return visitor.get(opened.location ?? '');
}

async function pressButton(visitor: PageVisitor, markup: string) {
  return visitor.post(pathOf('confirm'), { ...hiddenFields(markup), action: 'confirm' });
}

describe('the mailed link', () => {
  it('M1: is not consumed by HEAD, by repeated GET, or by a prefetch', async () => {
    const { newVisitor, finished } = openPages();
    const scanner = newVisitor();
    await scanner.request('HEAD', LINK_PATH);
    for (let count = 0; count < 3; count += 1) await openConfirmPage(newVisitor());
    await scanner.get(LINK_PATH, { 'sec-purpose': 'prefetch' });
    await scanner.request('OPTIONS', LINK_PATH);
    await scanner.request('HEAD', pathOf('confirm'));
    expect(finished).toHaveLength(0);

    const person = newVisitor();
    const done = await pressButton(person, (await openConfirmPage(person)).body);
    expect(done.status).toBe(303);
    expect(finished).toHaveLength(1);
  });

  it('M11: moves its secret out of the address bar, into a cookie that no script reads', async () => {
    const { visitor } = openPages();
    const opened = await visitor.get(LINK_PATH);
    expect(opened.status).toBe(303);
    expect(opened.location).toBe(pathOf('confirm'));
    expect(opened.headers['set-cookie']).toEqual([
      expect.stringMatching(/^__Host-link-.*=s{43}; Path=\/; HttpOnly; SameSite=Lax; Secure; Max-Age=900$/),
    ]);
    expect(opened.headers['referrer-policy']).toBe('no-referrer');
    expect(opened.headers['cache-control']).toBe('no-store');
    expect(opened.body).toBe('');
  });

  it('M11: the confirm page does not hold the secret, refers to nothing outside and is not kept', async () => {
    const { visitor } = openPages();
    const page = await openConfirmPage(visitor);
    expect(page.status).toBe(200);
    expect(page.body).not.toContain(LIVE_REQUEST.linkSecret);
    expect(page.body).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
    expect(page.headers['referrer-policy']).toBe('no-referrer');
    expect(page.headers['cache-control']).toBe('no-store');
  });
});

describe('the confirm page', () => {
  it.each([
    ['nothing pressed', { nonce: 'kept' }],
    ['no nonce', { action: 'confirm' }],
    ['another nonce', { action: 'confirm', nonce: 'x'.repeat(43) }],
    ['another action', { action: 'cancel', nonce: 'kept' }],
    ['an empty form', {}],
  ])(
    'M2: a form with %s gets the page again, and the link stays good',
    async (_case, fields: Record<string, string>) => {
      const { visitor, finished } = openPages();
      const page = await openConfirmPage(visitor);
      const { nonce = '' } = hiddenFields(page.body);
      const sent = fields['nonce'] === 'kept' ? { ...fields, nonce } : fields;
      const again = await visitor.post(pathOf('confirm'), sent);
      expect(again.status).toBe(200);
      expect(again.body).toBe(page.body);
      expect(finished).toHaveLength(0);
      expect((await pressButton(visitor, again.body)).status).toBe(303);
    },
  );

  it('M2: without the cookie of the link nothing is confirmed, whatever the form says', async () => {
    const { newVisitor, finished } = openPages();
    const page = await openConfirmPage(newVisitor());
    const scanner = newVisitor();
    const refused = await pressButton(scanner, page.body);
    expect(refused.status).toBe(400);
    expect(refused.body).toContain('nothing to confirm');
    expect(finished).toHaveLength(0);
  });

  it('M10: a link opened meanwhile shows its own page before its button works', async () => {
    const mallory = { ...LIVE_REQUEST, email: 'mallory@example.com', linkSecret: 'm'.repeat(43) };
    const { visitor, finished } = openPages({}, { live: [LIVE_REQUEST, mallory] });
    const page = await openConfirmPage(visitor);
    await visitor.get(pathOf(`link?code=${mallory.linkSecret}`));
    const again = await pressButton(visitor, page.body);
    expect(again.status).toBe(200);
    expect(again.body).toContain('mallory@example.com');
    expect(finished).toHaveLength(0);
  });

  it('M10: a form that another site sends is refused', async () => {
    const { visitor, finished } = openPages();
    const page = await openConfirmPage(visitor);
    const forged = await visitor.request('POST', pathOf('confirm'), {
      headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
      body: new URLSearchParams({ ...hiddenFields(page.body), action: 'confirm' }).toString(),
    });
    expect(forged.status).toBe(403);
    expect(finished).toHaveLength(0);
  });

  it('M10: says whether the sign-in was asked for in this browser', async () => {
    const { newVisitor } = openPages();
    const elsewhere = newVisitor();
    expect((await openConfirmPage(elsewhere)).body).toContain('Did you ask for this yourself?');
    const here = newVisitor();
    await here.post(pathOf('sign-in'), { email: LIVE_REQUEST.email });
    expect((await openConfirmPage(here)).body).toContain('(this browser)');
  });

  it('hands on the request id of the starting browser', async () => {
    const { visitor, finished } = openPages({ linkBinding: 'same-browser' });
    await visitor.post(pathOf('sign-in'), { email: LIVE_REQUEST.email });
    await pressButton(visitor, (await openConfirmPage(visitor)).body);
    expect(finished).toEqual([{ linkSecret: LIVE_REQUEST.linkSecret, requestId: LIVE_REQUEST.requestId }]);
  });

  it('forgets both cookies when the sign-in is finished', async () => {
    const { visitor } = openPages();
    await visitor.post(pathOf('sign-in'), { email: LIVE_REQUEST.email });
    const page = await openConfirmPage(visitor);
    expect(visitor.cookies.size).toBe(2);
    await pressButton(visitor, page.body);
    expect(visitor.cookies.size).toBe(0);
  });
});

describe('a link that does not work', () => {
  it('M3: unknown, malformed, altered, missing, used, replaced, for another browser: one page, same status and size', async () => {
    const altered = `${LIVE_REQUEST.linkSecret.slice(0, -1)}t`;
    const answers = [];
    for (const code of ['u'.repeat(43), 'short', `${altered}`, '', 'x'.repeat(500), "' OR 1=1--", '%00']) {
      answers.push(
        await openConfirmPage(openPages().visitor, pathOf(`link?code=${encodeURIComponent(code)}`)),
      );
    }
    answers.push(await openConfirmPage(openPages().visitor, pathOf('link')));
    answers.push(await openConfirmPage(openPages({}, { live: [] }).visitor));
    answers.push(await openConfirmPage(openPages({ linkBinding: 'same-browser' }).visitor));

    const { newVisitor } = openPages();
    const [first, second] = [newVisitor(), newVisitor()];
    const [firstPage, secondPage] = [await openConfirmPage(first), await openConfirmPage(second)];
    expect((await pressButton(first, firstPage.body)).status).toBe(303);
    answers.push(await pressButton(second, secondPage.body));
    answers.push(await openConfirmPage(newVisitor()));

    for (const answer of answers) {
      expect(answer.status).toBe(410);
      expect(answer.body).toBe(answers[0]?.body);
      expect(answer.headers).toEqual(answers[0]?.headers);
    }
  });

  it('M3: the link itself answers alike whatever its secret is', async () => {
    const live = await openPages().visitor.get(LINK_PATH);
    const unknown = await openPages().visitor.get(pathOf('link?code=none'));
    expect([unknown.status, unknown.location]).toEqual([live.status, live.location]);
  });

  it('is refused when its code is given twice', async () => {
    expect((await openPages().visitor.get(`${LINK_PATH}&code=x`)).status).toBe(400);
  });
});
