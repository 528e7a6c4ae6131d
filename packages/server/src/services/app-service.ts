import type { App, AppSettings } from '../domain/app.js';

export interface AppService {
  /** Makes the app with its first key set. Rejects with `AppSettingsError` listing every problem. */
  create(settings: Partial<AppSettings>, id?: string): Promise<App>;
  /** Through a cache of bounded age. Rejects with Refusal `unknown_app`. */
  require(id: string): Promise<App>;
  list(page: { afterId: string | null; limit: number }): Promise<readonly App[]>;
  /** Merges `changes` into the settings. Refusals: unknown_app, conflict; `AppSettingsError`. */
  update(id: string, changes: Partial<AppSettings>): Promise<App>;
  /** Refusal unknown_app. */
  delete(id: string): Promise<void>;
  /** next signs from now on, current stays published until its last token has expired. Refusals: unknown_app, conflict. */
  rotateKeys(id: string): Promise<{ currentKid: string; nextKid: string }>;
}
