/** The authority as a library: mounted in a server of your own. `countersign serve` runs one by itself. */
export type { Mode, RateLimit } from './config/index.js';
export { APP_DEFAULTS, type App, type AppSettings } from './domain/app.js';
export type { Logger } from './domain/logger.js';
export type { Client, ClientSettings } from './domain/oauth/client.js';
export type { AuthorityOptions } from './library/authority-options.js';
export { type Authority, createAuthority } from './library/create-authority.js';
export type { AppService } from './services/app-service.js';
export type { OutgoingMail } from './services/mail-transport.js';
export type { ClientService } from './services/oauth/clients/client-service.js';
export type { AuthorityKeys } from './services/oauth/oauth-services.js';
