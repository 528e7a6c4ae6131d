import type { AppSettings } from '../domain/app.js';

/** The same in every installation, so that the demo finds its app again. */
export const DEMO_APP_ID = '0d0e5a70-6c1c-4f4e-9d2b-6f0c8b9a4e11';

/** How the demo is registered with the authority that serves it. */
export function demoAppSettings(issuer: string): Pick<AppSettings, 'name' | 'redirectUrl' | 'allowRefresh'> {
  return { name: 'Demo app', redirectUrl: `${issuer}/demo/callback`, allowRefresh: true };
}
