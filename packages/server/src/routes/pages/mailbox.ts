import { Refusal } from '../../domain/refusal.js';
import type { Route } from '../../http/exchange.js';
import { contentSecurityPolicy } from '../../http/page-security.js';
import { page } from '../../http/respond.js';
import { renderMailboxListPage, renderMailboxMessagePage } from '../../pages/index.js';
import type { Mailbox } from '../../services/mailbox.js';

/** A mail's markup comes from templates: it may style itself and lead somewhere when clicked, and nothing else. */
const MAIL_POLICY = [
  'sandbox allow-top-navigation-by-user-activation',
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  'img-src data:',
  "form-action 'none'",
  "frame-ancestors 'self'",
].join('; ');

async function mailOf(mailbox: Mailbox, id: string) {
  const mail = await mailbox.find(id);
  if (mail === undefined) throw new Refusal('not_found');
  return mail;
}

function showList(mailbox: Mailbox): Route {
  return {
    method: 'GET',
    pattern: '/mailbox',
    kind: 'page',
    async handle() {
      const mails = await mailbox.list();
      // Mail leaves from a queue: whoever comes too early is shown it without asking again.
      return page(200, renderMailboxListPage({ mails }), mails.length === 0 ? { refresh: '3' } : {});
    },
  };
}

function showMessage(mailbox: Mailbox): Route {
  return {
    method: 'GET',
    pattern: '/mailbox/:id',
    kind: 'page',
    async handle(_request, { id = '' }) {
      const mail = await mailOf(mailbox, id);
      return page(200, renderMailboxMessagePage({ ...mail, id }), {
        'content-security-policy': `${contentSecurityPolicy()}; frame-src 'self'`,
      });
    },
  };
}

function showHtmlPart(mailbox: Mailbox): Route {
  return {
    method: 'GET',
    pattern: '/mailbox/:id/html',
    kind: 'page',
    async handle(_request, { id = '' }) {
      const mail = await mailOf(mailbox, id);
      // The mail's own doctype and html tag after these are passed over by the HTML parser.
      return page(200, `<!doctype html><base target="_top">${mail.html}`, {
        'content-security-policy': MAIL_POLICY,
        'x-frame-options': 'SAMEORIGIN',
      });
    },
  };
}

/**
 * The development mailbox: every mail, live links and codes included, for anybody who can reach the server.
 * @throws Error in production, whoever registers it.
 */
export function mailboxRoutes({
  mailbox,
  nodeEnv = process.env['NODE_ENV'],
}: {
  mailbox: Mailbox;
  nodeEnv?: string | undefined;
}): Route[] {
  if (nodeEnv === 'production') throw new Error('the development mailbox is not served in production');
  return [showList(mailbox), showMessage(mailbox), showHtmlPart(mailbox)];
}
