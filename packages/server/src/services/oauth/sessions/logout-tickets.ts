import type { Clock } from 'countersign';
import { sameText } from '../../secrets.js';
import type { Vault } from '../../vault.js';
import type { LogoutRequest } from './logout-service.js';

/**
 * A judged request on its way through a page or a redirect: what comes back is what was judged, and no ID token is in an
 * address or a page.
 */
export interface LogoutTickets {
  write(request: LogoutRequest): string;
  /** Undefined: not written here, or too old. */
  read(ticket: string): LogoutRequest | undefined;
  /** Binds the button of a page to the session it shows and to the request. */
  nonce(sessionId: string, ticket: string): string;
}

const LIFETIME_SECONDS = 60 * 60;

export function createLogoutTickets({
  vault,
  clock,
}: {
  vault: Pick<Vault, 'mac'>;
  clock: Clock;
}): LogoutTickets {
  const macOf = (content: string) => vault.mac('page', JSON.stringify(['logout request', content]));
  return Object.freeze<LogoutTickets>({
    write(request) {
      const text = JSON.stringify({ request, expiresAt: Math.floor(clock()) + LIFETIME_SECONDS });
      const content = Buffer.from(text).toString('base64url');
      return `${content}.${macOf(content)}`;
    },
    read(ticket) {
      const [content = '', mac = '', ...rest] = ticket.split('.', 3);
      if (rest.length > 0 || !sameText(mac, macOf(content))) return undefined;
      const { request, expiresAt } = JSON.parse(Buffer.from(content, 'base64url').toString());
      return clock() < expiresAt ? Object.freeze(request as LogoutRequest) : undefined;
    },
    nonce: (sessionId, ticket) => vault.mac('page', JSON.stringify(['logout', sessionId, ticket])),
  });
}
