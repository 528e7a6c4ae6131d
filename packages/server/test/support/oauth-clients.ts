/** Clients as the endpoints need them: found in the store each time, known by their secret or by their public id. */
import type { Clock } from 'countersign';
import type { Client } from '../../src/domain/oauth/client.js';
import { OauthError } from '../../src/domain/oauth/oauth-error.js';
import type { Store } from '../../src/domain/stores.js';
import type { ClientAuthentication, ClientDirectory } from '../../src/services/oauth/oauth-services.js';
import { hashSecret, randomSecret } from '../../src/services/secrets.js';
import { aClient, aSecret } from './oauth-rows.js';

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
  const secret = randomSecret();
  const isPublic = client.authMethod === 'none';
  await store.oauth.clients.insertOnce(client, isPublic ? null : aSecret({ hash: hashSecret(secret) }));
  const basic = Buffer.from(`${client.id}:${secret}`).toString('base64');
  const headers: Record<string, string> = isPublic ? {} : { authorization: `Basic ${basic}` };
  return { client, clientId: client.id, secret, headers };
}

export function storedClients(store: Store, clock: Clock): ClientDirectory {
  return {
    async find(id) {
      const found = await store.oauth.clients.find(id, clock());
      return found === undefined || found.client.disabled ? undefined : found.client;
    },
  };
}

/** By a Basic header, or for public clients by `client_id`. */
export function secretAuthentication(store: Store, clock: Clock): ClientAuthentication {
  return {
    async authenticate({ authorization, form }) {
      const basic = Buffer.from(authorization?.split(' ')[1] ?? '', 'base64').toString();
      const [id = '', secret = ''] =
        authorization === undefined ? [form.get('client_id')] : basic.split(':', 2);
      const found = await store.oauth.clients.find(id, clock());
      const isKnown =
        authorization === undefined
          ? found?.client.authMethod === 'none'
          : found?.secrets.some(({ hash }) => hash === hashSecret(secret));
      if (found === undefined || found.client.disabled || isKnown !== true)
        throw new OauthError('invalid_client');
      return found.client;
    },
  };
}
