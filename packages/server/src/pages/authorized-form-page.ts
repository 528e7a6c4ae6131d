import { renderFormPostPage } from './form-post-page.js';

/** Response mode `form_post` (OAuth 2.0 Form Post Response Mode): an answer of either kind goes to the client as a form. */
export function renderAuthorizedFormPage(page: {
  clientName: string;
  /** Registered by the client. */
  redirectUri: string;
  fields: Readonly<Record<string, string>>;
}): string {
  const { clientName, redirectUri, fields } = page;
  return renderFormPostPage({ heading: 'One moment', appName: clientName, redirectUrl: redirectUri, fields });
}
