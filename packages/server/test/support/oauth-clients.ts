/** Clients as those who call the endpoints have them. */
import type { Client } from '../../src/domain/oauth/client.js';
import type { Store } from '../../src/domain/stores.js';
import { createClientSecret } from '../../src/services/oauth/clients/client-secrets.js';
import { randomSecret } from '../../src/services/secrets.js';
import { aClient } from './oauth-rows.js';

export interface TestClient {
  readonly client: Client;
  readonly clientId: string;
  readonly secret: string;
  /** The value of `Authorization`; none for public clients. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Of `client_secret_basic` unless the changes say otherwise. */
export async function addClient(store: Store, changes: Partial<Client> = {}): Promise<TestClient> {
  const client = aClient({ id: `client_${randomSecret().slice(0, 22)}`, ...changes });
  const { secret, kept } = createClientSecret(client.createdAt);
  const isPublic = client.authMethod === 'none';
  await store.oauth.clients.insertOnce(client, isPublic ? null : kept);
  const basic = Buffer.from(`${client.id}:${secret}`).toString('base64');
  const headers: Record<string, string> = isPublic ? {} : { authorization: `Basic ${basic}` };
  return { client, clientId: client.id, secret, headers };
}
