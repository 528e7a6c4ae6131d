import { describe, expect, it } from 'vitest';
import type { DeliveryMode } from '../../../src/domain/app.js';
import { fillOwnPaths } from '../../../src/http/own-path.js';
import { deliver } from '../../../src/routes/pages/deliver.js';
import type { Delivery } from '../../../src/services/sign-in-service.js';
import { exampleApp } from '../../support/fake-sign-in.js';
import { openPages, pathOf } from '../../support/open-pages.js';
import { hiddenFields } from '../../support/page-visitor.js';

const BOTH: Delivery = { kind: 'tokens', idToken: 'aaa.bbb.ccc', refreshToken: 'rrr' };
const ID_ONLY: Delivery = { kind: 'tokens', idToken: 'aaa.bbb.ccc', refreshToken: null };
const CODE: Delivery = { kind: 'code', code: 'ccc' };

describe('delivery by redirect', () => {
  it.each<[DeliveryMode, string, Delivery, string]>([
    ['query', 'https://a.example/in', BOTH, 'https://a.example/in?idToken=aaa.bbb.ccc&refreshToken=rrr'],
    ['query', 'https://a.example/in', ID_ONLY, 'https://a.example/in?idToken=aaa.bbb.ccc'],
    [
      'query',
      'https://a.example/in?a=b%20c+d&e',
      ID_ONLY,
      'https://a.example/in?a=b%20c+d&e&idToken=aaa.bbb.ccc',
    ],
    ['query', 'https://a.example/in?', ID_ONLY, 'https://a.example/in?idToken=aaa.bbb.ccc'],
    ['query', 'https://a.example/in?a=b&', ID_ONLY, 'https://a.example/in?a=b&idToken=aaa.bbb.ccc'],
    [
      'fragment',
      'https://a.example/in?a=b',
      BOTH,
      'https://a.example/in?a=b#idToken=aaa.bbb.ccc&refreshToken=rrr',
    ],
    ['code', 'https://a.example/in?a=b', CODE, 'https://a.example/in?a=b&code=ccc'],
  ])('%s to %s', (delivery, redirectUrl, what, expected) => {
    const response = deliver(exampleApp({ delivery, redirectUrl }), what, ['gone']);
    expect(response.status).toBe(303);
    expect(response.headers).toMatchObject({
      location: expected,
      'set-cookie': ['gone'],
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    });
    expect(response.body).toBeNull();
  });

  it('M9: leads to the registered URL only, whatever parameters a request carries', async () => {
    for (const target of [
      '//evil.example',
      'https://evil.example',
      'javascript:alert(1)',
      '/\\evil.example',
      '%0d%0aSet-Cookie:a=b',
    ]) {
      const { visitor } = openPages();
      const query = new URLSearchParams({ return_to: target, redirect_uri: target, next: target });
      await visitor.post(pathOf(`sign-in?${query}`), { email: 'ada@example.com', return_to: target });
      const answer = await visitor.post(pathOf(`check-mail?${query}`), {
        code: '123456',
        redirect_uri: target,
      });
      expect(answer.status).toBe(303);
      expect(answer.location).toMatch(
        /^https:\/\/boats\.example\/signed-in\?idToken=[^&]+&refreshToken=R{43}$/,
      );
      expect(answer.location).not.toContain('evil');
    }
  });
});

describe('delivery by form', () => {
  const app = exampleApp({ delivery: 'form_post', redirectUrl: 'https://a.example/in?a=b&c=d' });

  it('is a page with the tokens in a form to the registered URL, and a button for browsers without script', () => {
    const response = deliver(app, BOTH, ['gone']);
    const markup = String(response.body);
    expect(response.status).toBe(200);
    expect(markup).toContain(
      '<form method="post" action="https://a.example/in?a=b&amp;c=d" name="delivery">',
    );
    expect(hiddenFields(markup)).toEqual({ idToken: 'aaa.bbb.ccc', refreshToken: 'rrr' });
    expect(markup).toContain('Continue to <bdi>Paper Boats</bdi></button>');
    expect(fillOwnPaths(markup, '')).toMatch(/<script src="\/assets\/form-post\.js\?v=[\w-]{16}"><\/script>/);
  });

  it('M11: is not kept, refers nobody, runs no script but ours', () => {
    const { headers } = deliver(app, BOTH, []);
    expect(headers['content-security-policy']).toContain("script-src 'self';");
    expect(headers['content-security-policy']).not.toMatch(/unsafe-inline|\*/);
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
  });

  it('leaves out what there is not', () => {
    expect(hiddenFields(String(deliver(app, ID_ONLY, []).body))).toEqual({ idToken: 'aaa.bbb.ccc' });
  });
});
