import type { App } from '../../src/domain/app.js';
import { pageRoutes } from '../../src/routes/pages/index.js';
import { createFakeSignIn, exampleApp, LIVE_REQUEST } from './fake-sign-in.js';
import { PageVisitor } from './page-visitor.js';
import { createTestHandler, ISSUER } from './request-handler.js';

export const LINK_PATH = `/${exampleApp().id}/link?code=${LIVE_REQUEST.linkSecret}`;
export const pathOf = (page: string) => `/${exampleApp().id}/${page}`;

/** The pages of one app over fake services, and browsers to visit them with. */
export function openPages(
  changes: Partial<App> = {},
  options: NonNullable<Parameters<typeof createFakeSignIn>[1]> & { issuer?: string } = {},
) {
  const issuer = options.issuer ?? ISSUER;
  const fake = createFakeSignIn(exampleApp(changes), options);
  const handler = createTestHandler(pageRoutes({ ...fake.services, issuer }), { issuer });
  const newVisitor = () => new PageVisitor(handler, issuer);
  return { ...fake, visitor: newVisitor(), newVisitor };
}
