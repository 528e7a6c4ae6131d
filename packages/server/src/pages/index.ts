/**
 * The authority's pages: pure functions from data to HTML text. They work without script under a strict content
 * security policy. May import domain and http; routes choose the page and its status.
 */
export { renderAccountPage } from './account-page.js';
export { renderAuthorizeErrorPage } from './authorize-error-page.js';
export { renderAuthorizedFormPage } from './authorized-form-page.js';
export { renderCheckMailPage } from './check-mail-page.js';
export { renderConfirmPage } from './confirm-page.js';
export { renderConsentPage } from './consent-page.js';
export { renderDeviceApprovalPage } from './device-approval-page.js';
export { renderDeviceCodePage } from './device-code-page.js';
export { renderDeviceDecidedPage } from './device-decided-page.js';
export { renderErrorPage } from './error-page.js';
export { renderFormPostPage } from './form-post-page.js';
export { renderLinkProblemPage } from './link-problem-page.js';
export { renderLoggedOutPage } from './logged-out-page.js';
export { renderLogoutPage } from './logout-page.js';
export { renderLogoutProblemPage } from './logout-problem-page.js';
export { renderMailboxListPage } from './mailbox-list-page.js';
export { renderMailboxMessagePage } from './mailbox-message-page.js';
export { renderNoRequestPage } from './no-request-page.js';
export { renderNothingToConfirmPage } from './nothing-to-confirm-page.js';
export { renderSignInPage } from './sign-in-page.js';
