/** Where people approve devices (RFC 8628 section 3.3). */
import type { Clock } from 'countersign';
import type { LoginSession } from '../../domain/oauth/grant.js';
import type { HttpRequest, HttpResponse, Route } from '../../http/exchange.js';
import { readForm } from '../../http/read-form.js';
import { page, seeOther } from '../../http/respond.js';
import { sameSecret } from '../../http/same-secret.js';
import { single } from '../../http/single.js';
import {
  renderDeviceApprovalPage,
  renderDeviceCodePage,
  renderDeviceDecidedPage,
} from '../../pages/index.js';
import type { DeviceApproval } from '../../services/oauth/device-approval.js';
import type { LoginSessions } from '../../services/oauth/sessions/login-sessions.js';
import { formatUserCode, parseUserCode } from '../../services/oauth/user-codes.js';
import type { Vault } from '../../services/vault.js';
import { createSessionCookie, type SessionCookie } from './session-cookie.js';

export interface DeviceServices {
  readonly deviceApproval: DeviceApproval;
  readonly loginSessions: Pick<LoginSessions, 'find'>;
  readonly vault: Pick<Vault, 'mac'>;
  /** URL of the authority without a slash at its end. */
  readonly issuer: string;
  readonly clock: Clock;
}

interface DeviceContext extends DeviceServices {
  readonly sessionCookie: SessionCookie;
}

const UNKNOWN_CODE = 'No device waits with this code. It may be mistyped, used, or too old.';

export function deviceRoutes(services: DeviceServices): readonly Route[] {
  const context = { ...services, sessionCookie: createSessionCookie(services.issuer) };
  return [showDevice(context), decideDevice(context)];
}

/**
 * The form for the code, filled in where the device's link brought it. Looks nothing up: a link must not do what its
 * reader has not pressed a button for (RFC 8628 section 5.4, row O25).
 */
function showDevice(context: DeviceContext): Route {
  return {
    method: 'GET',
    pattern: '/device',
    kind: 'page',
    async handle(request) {
      const code = parseUserCode(single(request.query, 'user_code'));
      const session = await sessionOf(context, request);
      if (session === undefined) return signInFirst(context, code);
      const typedCode = code && formatUserCode(code);
      return page(200, renderDeviceCodePage({ email: session.email, typedCode }));
    },
  };
}

/** What is asked, and then the answer: it needs the nonce of the page that asked, and the name of the pressed button. */
function decideDevice(context: DeviceContext): Route {
  return {
    method: 'POST',
    pattern: '/device',
    kind: 'page',
    async handle(request) {
      const form = await readForm(request);
      const typedCode = form.get('user_code');
      const code = parseUserCode(typedCode);
      const session = await sessionOf(context, request);
      if (session === undefined) return signInFirst(context, code);
      if (code === undefined) return codePage(session, typedCode);
      const isTold = sameSecret(form.get('nonce') ?? '', nonceFor(context, session, code));
      const action = form.get('action');
      if (isTold && (action === 'connect' || action === 'deny'))
        return decide(context, session, code, action === 'connect' ? 'approved' : 'denied');
      return approvalPage(context, request, session, code);
    },
  };
}

async function approvalPage(
  context: DeviceContext,
  request: HttpRequest,
  session: LoginSession,
  code: string,
): Promise<HttpResponse> {
  const question = await context.deviceApproval.describe(session, code, request.clientIp);
  const userCode = formatUserCode(code);
  if (question === undefined) return codePage(session, userCode);
  const { email } = session;
  const nonce = nonceFor(context, session, code);
  const nowSeconds = context.clock();
  return page(200, renderDeviceApprovalPage({ ...question, userCode, email, nonce, nowSeconds }));
}

async function decide(
  { deviceApproval }: DeviceContext,
  session: LoginSession,
  code: string,
  decision: 'approved' | 'denied',
): Promise<HttpResponse> {
  const isDecided = await deviceApproval.decide(session, code, decision);
  return isDecided
    ? page(200, renderDeviceDecidedPage({ outcome: decision }))
    : page(410, renderDeviceDecidedPage({ outcome: 'gone' }));
}

function codePage({ email }: LoginSession, typedCode: string | undefined): HttpResponse {
  return page(400, renderDeviceCodePage({ email, typedCode, problem: UNKNOWN_CODE }));
}

/** Codes are looked up for people who are signed in only, so that guesses can be counted by session (row O32). */
function signInFirst({ issuer }: DeviceContext, code: string | undefined): HttpResponse {
  const withCode = code === undefined ? '' : `&user_code=${formatUserCode(code)}`;
  return seeOther(`${issuer}/login?return=device${withCode}`);
}

function sessionOf(
  { loginSessions, sessionCookie }: DeviceContext,
  request: HttpRequest,
): Promise<LoginSession | undefined> {
  return loginSessions.find(sessionCookie.read(request));
}

/** Binds the buttons to the code that the page speaks of and to the session that it was shown to. */
function nonceFor({ vault }: DeviceContext, { sessionId }: LoginSession, code: string): string {
  return vault.mac('page', JSON.stringify(['device', sessionId, code]));
}
