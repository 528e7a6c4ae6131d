import type { AppSettings } from '../../src/domain/app.js';
import { APP_DEFAULTS } from '../../src/domain/app.js';

/** Settings of an app as its owner would leave them, with what the test is about replaced. */
export function appSettings(changes: Partial<AppSettings> = {}): AppSettings {
  return {
    ...APP_DEFAULTS,
    name: 'Paper Boats',
    redirectUrl: 'https://boats.example/signed-in',
    ...changes,
  };
}
