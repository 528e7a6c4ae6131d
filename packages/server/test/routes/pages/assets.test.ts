import { describe, expect, it } from 'vitest';
import { openPages, pathOf } from '../../support/open-pages.js';

describe('assets', () => {
  it('are kept for good under the address that pages use', async () => {
    const { visitor } = openPages();
    const page = await visitor.get(pathOf('sign-in'));
    const [url = ''] = /\/assets\/style\.css\?v=[\w-]{16}/.exec(page.body) ?? [];
    const asset = await visitor.get(url);
    expect(asset.status).toBe(200);
    expect(asset.headers).toMatchObject({
      'content-type': 'text/css; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
    });
  });

  it('are asked for again under an address without their hash, and not sent twice', async () => {
    const { visitor } = openPages();
    const first = await visitor.get('/assets/countersign.svg');
    expect(first.headers['cache-control']).toBe('public, no-cache');
    const etag = String(first.headers['etag']);
    const second = await visitor.get('/assets/countersign.svg', { 'if-none-match': etag });
    expect([second.status, second.body]).toEqual([304, '']);
  });

  it.each(['nothing.css', '__proto__', 'constructor', '..%2fpackage.json', 'style.css%00'])(
    'answers 404 for %s',
    async (file) => {
      expect((await openPages().visitor.get(`/assets/${file}`)).status).toBe(404);
    },
  );
});
