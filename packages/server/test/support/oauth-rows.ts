/** Rows of the OAuth stores, made at NOW, and the few that most others belong to. */
import { randomUUID } from 'node:crypto';
import { CLIENT_DEFAULTS, type Client, type ClientSecret } from '../../src/domain/oauth/client.js';
import type {
  Authentication,
  AuthorizationCode,
  AuthorizationTransaction,
  DeviceAuthorization,
  Grant,
  GrantedAccess,
  LoginSession,
  PushedRequest,
} from '../../src/domain/oauth/grant.js';
import type { Person } from '../../src/domain/sign-in.js';
import type { Store } from '../../src/domain/stores.js';
import { aHash, aMail, anApp, anOutcome, aRequest, NOW } from './store-rows.js';

export const ACCESS: GrantedAccess = { scopes: ['openid', 'read'], audiences: ['https://api.example'] };
/** Of what is meant to outlive a session. */
export const OFFLINE: GrantedAccess = { ...ACCESS, scopes: ['openid', 'offline_access'] };

export function aClient(changes: Partial<Client> = {}): Client {
  return {
    ...CLIENT_DEFAULTS,
    id: randomUUID(),
    name: 'Example',
    redirectUris: ['https://client.example/cb'],
    access: [{ audience: 'https://api.example', scopes: ['read', 'write'] }],
    accessTokenLifetimeSeconds: 600,
    createdAt: NOW,
    updatedAt: NOW,
    version: 1,
    ...changes,
  };
}

export function aSecret(changes: Partial<ClientSecret> = {}): ClientSecret {
  return { hash: aHash(), createdAt: NOW, expiresAt: null, ...changes };
}

/** Good for a day. */
export function aSession(person: Person, changes: Partial<LoginSession> = {}): LoginSession {
  return {
    personId: person.id,
    email: person.email,
    sessionId: randomUUID(),
    authenticatedAt: NOW,
    amr: ['email'],
    acr: '1',
    secretHash: aHash(),
    createdAt: NOW,
    expiresAt: NOW + 86_400,
    ...changes,
  };
}

export function authenticationOf(session: LoginSession): Authentication {
  const { personId, email, sessionId, authenticatedAt, amr, acr } = session;
  return { personId, email, sessionId, authenticatedAt, amr, acr };
}

/** Good for a minute. */
export function aCode(clientId: string, session: LoginSession, changes: Partial<AuthorizationCode> = {}) {
  const code: AuthorizationCode = {
    hash: aHash(),
    clientId,
    grantId: randomUUID(),
    redirectUri: 'https://client.example/cb',
    nonce: 'nonce',
    codeChallenge: aHash(),
    dpopJkt: null,
    access: ACCESS,
    authentication: authenticationOf(session),
    issuedAt: NOW,
    expiresAt: NOW + 60,
    ...changes,
  };
  return code;
}

/** A family for 1000 s, dead if it is not used for 100 s. `session` null: the client acts for itself. */
export function aGrant(clientId: string, session: LoginSession | null, changes: Partial<Grant> = {}): Grant {
  return {
    id: randomUUID(),
    clientId,
    authentication: session && authenticationOf(session),
    access: ACCESS,
    nonce: null,
    dpopJkt: null,
    createdAt: NOW,
    expiresAt: NOW + 1000,
    idleExpiresAt: NOW + 100,
    generation: 0,
    rotatedAt: NOW,
    revokedAt: null,
    ...changes,
  };
}

/** The grant that the code is redeemed for. */
export function grantOf(code: AuthorizationCode, changes: Partial<Grant> = {}): Grant {
  const { clientId, grantId, authentication, access, nonce } = code;
  return { ...aGrant(clientId, null), id: grantId, authentication, access, nonce, ...changes };
}

/** Good for 600 s, to be polled each 5 s. */
export function aDevice(clientId: string, changes: Partial<DeviceAuthorization> = {}): DeviceAuthorization {
  return {
    deviceCodeHash: aHash(),
    userCodeHash: aHash(),
    clientId,
    access: ACCESS,
    requestedFrom: 'a television',
    createdAt: NOW,
    expiresAt: NOW + 600,
    intervalSeconds: 5,
    decision: 'pending',
    authentication: null,
    ...changes,
  };
}

export function aPushedRequest(clientId: string, changes: Partial<PushedRequest> = {}): PushedRequest {
  const parameters = [
    ['scope', 'openid'],
    ['resource', 'https://a.example'],
    ['resource', 'https://b.example'],
  ] as const;
  return { idHash: aHash(), clientId, parameters, dpopJkt: null, expiresAt: NOW + 60, ...changes };
}

/** Good for 600 s. */
export function aTransaction(clientId: string): AuthorizationTransaction {
  return {
    idHash: aHash(),
    browserHash: aHash(),
    request: {
      clientId,
      redirectUri: 'https://client.example/cb',
      responseMode: 'query',
      state: 'state',
      nonce: null,
      access: ACCESS,
      codeChallenge: aHash(),
      dpopJkt: null,
      prompt: ['consent'],
      maxAgeSeconds: null,
      acrValues: [],
      loginHint: null,
    },
    createdAt: NOW,
    expiresAt: NOW + 600,
  };
}

/** Somebody who has signed in by mail, to an app of their own. */
export async function addPerson(store: Store): Promise<Person> {
  const app = anApp();
  const [request, mail] = [aRequest(app.id), aMail(app.id)];
  await store.apps.insertOnce(app, []);
  await store.signIns.replace(request, mail);
  await store.mail.remove(mail.id);
  const key = { appId: app.id, linkHash: request.linkHash, starterHash: null, nowSeconds: NOW };
  const person = await store.signIns.consumeByLink(key, anOutcome());
  if (person === undefined) throw new Error('nobody has signed in');
  return person;
}

/** A client, a person, and a session of that person. */
export async function addBasics(store: Store, changes: Partial<Client> = {}) {
  const client = aClient(changes);
  await store.oauth.clients.insertOnce(client, null);
  const session = aSession(await addPerson(store));
  await store.oauth.loginSessions.replace(session, null);
  return { client, clientId: client.id, session, personId: session.personId };
}

/** A live grant of the client by the session. */
export async function addGrant(
  store: Store,
  { clientId, session }: { clientId: string; session: LoginSession },
  changes: Partial<Grant> = {},
): Promise<Grant> {
  const grant = aGrant(clientId, session, changes);
  await store.oauth.grants.insert(grant);
  return grant;
}

/** A refresh 10 s after NOW, with the ten seconds of grace of the contract. */
export function aRefresh(
  grant: Grant,
  changes: Partial<Parameters<Store['oauth']['grants']['rotate']>[0]> = {},
) {
  const { id, clientId, generation } = grant;
  const nowSeconds = changes.nowSeconds ?? NOW + 10;
  return {
    id,
    clientId,
    generation,
    nowSeconds,
    graceSeconds: 10,
    idleExpiresAt: nowSeconds + 100,
    ...changes,
  };
}

/** Ids of the grants that gates are told of, in their order. */
export async function revokedGrantIds(store: Store, nowSeconds = NOW): Promise<readonly string[]> {
  const entries = await store.oauth.revocations.list({ after: null, nowSeconds, limit: 1000 });
  return entries.flatMap((entry) => (entry.kind === 'grant' ? [entry.grantId] : []));
}
