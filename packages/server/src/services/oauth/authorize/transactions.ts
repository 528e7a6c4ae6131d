/** Requests on their way through sign-in and consent, each tied to the browser that began it (row O25). */
import type { Client } from '../../../domain/oauth/client.js';
import type { AuthorizationRequest, AuthorizationTransaction } from '../../../domain/oauth/grant.js';
import { matchesRedirectUri } from '../../../domain/oauth/redirect-uri.js';
import { hashSecret, isSecretShaped, randomSecret } from '../../secrets.js';
import type { AuthorizationContext } from './authorization-context.js';

/** How long people have for it all; also for how long the browser has to keep its cookie. */
export const TRANSACTION_LIFETIME_SECONDS = 60 * 60;

/** By what somebody shows that a transaction is theirs. */
export interface TransactionKey {
  readonly transactionId: string;
  /** The secret in the cookie. */
  readonly browser: string;
}

export interface OpenTransaction extends TransactionKey {
  readonly client: Client;
  readonly request: AuthorizationRequest;
  readonly createdAt: number;
}

type Context = Pick<AuthorizationContext, 'store' | 'clients' | 'clock'>;

/** `browser`: what its cookie says, which may be nothing of ours. */
export async function beginTransaction(
  { store, clock }: Pick<Context, 'store' | 'clock'>,
  request: AuthorizationRequest,
  browser: string | undefined,
): Promise<TransactionKey> {
  const key = { transactionId: randomSecret(), browser: isSecretShaped(browser) ? browser : randomSecret() };
  const createdAt = Math.floor(clock());
  await store.oauth.authorizations.insertTransaction({
    idHash: hashSecret(key.transactionId),
    browserHash: hashSecret(key.browser),
    request,
    createdAt,
    expiresAt: createdAt + TRANSACTION_LIFETIME_SECONDS,
  });
  return key;
}

/**
 * Consumes nothing. Undefined also where its client is gone meanwhile, or has another redirect URI: the answer would go
 * to an address that is nobody's.
 */
export async function findTransaction(
  { store, clients, clock }: Context,
  transactionId: string | undefined,
  browser: string | undefined,
): Promise<OpenTransaction | undefined> {
  if (!isSecretShaped(transactionId) || !isSecretShaped(browser)) return undefined;
  const key = storeKey({ transactionId, browser }, Math.floor(clock()));
  const found: AuthorizationTransaction | undefined = await store.oauth.authorizations.findTransaction(key);
  if (found === undefined) return undefined;
  const { request, createdAt } = found;
  const client = await clients.find(request.clientId);
  const isStillItsOwn = client?.redirectUris.some((each) => matchesRedirectUri(each, request.redirectUri));
  if (client === undefined || isStillItsOwn !== true) return undefined;
  return Object.freeze({ transactionId, browser, client, request, createdAt });
}

export function storeKey({ transactionId, browser }: TransactionKey, nowSeconds: number) {
  return { idHash: hashSecret(transactionId), browserHash: hashSecret(browser), nowSeconds };
}
