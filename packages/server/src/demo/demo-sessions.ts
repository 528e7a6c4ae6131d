import { randomBytes } from 'node:crypto';
import type { SignedInPerson } from 'countersign/sign-in';
import { createCookies } from '../http/cookies.js';
import type { HttpRequest } from '../http/exchange.js';

/** A mail was asked for. */
interface WaitingSession {
  readonly kind: 'waiting';
  readonly email: string;
  readonly requestId: string;
}

/** Somebody is logged in: the tokens stay here, the browser holds a cookie only. */
export interface SignedInSession {
  readonly kind: 'signed-in';
  readonly person: SignedInPerson;
  readonly idToken: string;
  readonly refreshToken: string | null;
}

export type DemoSession = WaitingSession | SignedInSession;

export interface DemoSessions<Session = DemoSession> {
  find(request: HttpRequest): Session | undefined;
  /** Puts the session under a new id, never under one that the browser brought (O27); gives the `set-cookie` value. */
  start(request: HttpRequest, session: Session): string;
  /** Gives the `set-cookie` value that ends it. */
  end(request: HttpRequest): string;
}

const MAX_SESSIONS = 1000;
const LIFETIME_SECONDS = 60 * 60;

/** In memory, at most 1000; the oldest go first. */
export function createDemoSessions<Session = DemoSession>(
  issuer: string,
  cookie = 'demo-session',
): DemoSessions<Session> {
  const cookies = createCookies(issuer);
  const sessions = new Map<string, Session>();
  const forget = (request: HttpRequest) => sessions.delete(cookies.read(request, cookie) ?? '');
  return Object.freeze({
    find: (request: HttpRequest) => sessions.get(cookies.read(request, cookie) ?? ''),
    start(request: HttpRequest, session: Session) {
      forget(request);
      for (const oldest of sessions.keys()) {
        if (sessions.size < MAX_SESSIONS) break;
        sessions.delete(oldest);
      }
      const id = randomBytes(32).toString('base64url');
      sessions.set(id, session);
      return cookies.set(cookie, id, { maxAgeSeconds: LIFETIME_SECONDS });
    },
    end(request: HttpRequest) {
      forget(request);
      return cookies.clear(cookie);
    },
  });
}
