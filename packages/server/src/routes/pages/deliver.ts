import type { App } from '../../domain/app.js';
import type { HttpResponse } from '../../http/exchange.js';
import { page, seeOther } from '../../http/respond.js';
import { withQuery } from '../../http/with-query.js';
import { renderFormPostPage } from '../../pages/index.js';
import type { Delivery } from '../../services/sign-in-service.js';
import { mayLeadTo } from './sign-in-door.js';

/** Parameters as the original service named them; `code` is ours. */
function toFields(delivery: Delivery): Record<string, string> {
  if (delivery.kind === 'code') return { code: delivery.code };
  const { idToken, refreshToken } = delivery;
  return refreshToken === null ? { idToken } : { idToken, refreshToken };
}

/**
 * Sends what a finished sign-in gives to the app's registered redirect URL, in the app's delivery mode. What all pages
 * carry keeps it out of caches and Referer headers (M11).
 * @param clearedCookies `set-cookie` values that end the sign-in in this browser.
 */
export function deliver(app: App, delivery: Delivery, clearedCookies: readonly string[]): HttpResponse {
  const { redirectUrl } = app;
  const fields = toFields(delivery);
  const headers = {
    ...mayLeadTo(redirectUrl),
    'set-cookie': clearedCookies,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
  };
  if (app.delivery === 'form_post')
    return page(200, renderFormPostPage({ appName: app.name, redirectUrl, fields }), headers);
  const query = new URLSearchParams(fields).toString();
  return seeOther(
    app.delivery === 'fragment' ? `${redirectUrl}#${query}` : withQuery(redirectUrl, query),
    headers,
  );
}
