import { CLIENT_DEFAULTS, type ClientSettings } from '../../src/domain/oauth/client.js';

/** Of a client that has all it needs, with some settings replaced. */
export function clientSettings(changes: Partial<ClientSettings> = {}): ClientSettings {
  return { ...CLIENT_DEFAULTS, name: 'Shop', redirectUris: ['https://shop.example/cb'], ...changes };
}
