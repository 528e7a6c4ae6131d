import { describe, expect, it } from 'vitest';
import {
  contentSecurityPolicy,
  isSameOriginPost,
  pageSecurityHeaders,
} from '../../src/http/page-security.js';
import { httpRequest } from '../support/http-request.js';

const ORIGIN = 'https://auth.example';
const isSameOrigin = (headers: Record<string, string>) =>
  isSameOriginPost(httpRequest({ method: 'POST', headers }), ORIGIN);

describe('page security', () => {
  it('O26 M11: sends every protecting header, HSTS only under https', () => {
    const headers = pageSecurityHeaders(ORIGIN);
    expect(headers).toMatchObject({
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'cross-origin-opener-policy': 'same-origin',
      'strict-transport-security': 'max-age=31536000',
    });
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers['content-security-policy']).not.toContain('unsafe');
    expect(pageSecurityHeaders('http://localhost:8080')).not.toHaveProperty('strict-transport-security');
  });

  it('lets forms lead to an app only where the page says so', () => {
    expect(contentSecurityPolicy()).toMatch(/form-action 'self'$/);
    expect(contentSecurityPolicy({ formActionSources: ['https://app.example'] })).toMatch(
      /form-action 'self' https:\/\/app\.example$/,
    );
  });

  it.each([
    [{ origin: ORIGIN }],
    [{ origin: ORIGIN, 'sec-fetch-site': 'same-origin' }],
    [{ 'sec-fetch-site': 'same-origin' }],
    [{ 'sec-fetch-site': 'none' }],
    // What browsers send from our own pages, whose Referrer-Policy is no-referrer.
    [{ origin: 'null', 'sec-fetch-site': 'same-origin' }],
  ])('O25: accepts a form of our own pages: %j', (headers) => {
    expect(isSameOrigin(headers)).toBe(true);
  });

  it.each([
    [{}],
    [{ origin: 'null' }],
    [{ origin: 'https://evil.example' }],
    [{ origin: 'https://auth.example.evil.example' }],
    [{ origin: 'http://auth.example' }],
    [{ origin: 'https://auth.example:444' }],
    [{ origin: `${ORIGIN}, https://evil.example` }],
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-site' }],
    [{ origin: 'null', 'sec-fetch-site': 'cross-site' }],
    [{ origin: ORIGIN, 'sec-fetch-site': 'cross-site' }],
    [{ origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' }],
    [{ origin: ORIGIN, 'sec-fetch-site': 'same-origin, same-origin' }],
  ])('O25: refuses a form from elsewhere: %j', (headers: Record<string, string>) => {
    expect(isSameOrigin(headers)).toBe(false);
  });
});
