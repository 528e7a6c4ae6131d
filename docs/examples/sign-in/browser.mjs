// The client for web pages. A page has `location` and `history`; this program, which tests it, brings its own.
const {
  AUTHORITY_URL = 'http://localhost:8080',
  APP_ID = '',
  PAGE_URL = 'http://localhost:3000/',
} = process.env;
globalThis.location = { href: PAGE_URL };
globalThis.history = {
  state: null,
  replaceState: (_state, _unused, url) => {
    globalThis.location = { href: url };
  },
};

// #region page
import { createBrowserSignInClient } from 'countersign/sign-in/browser';

const signIn = createBrowserSignInClient({ baseUrl: AUTHORITY_URL, appId: APP_ID });
const { idToken, refreshToken } = signIn.getTokensFromUrl(); // null where the address has none
if (idToken === null) {
  await signIn.startSignIn('ada@example.com'); // the mail's link leads back to this page
} else {
  signIn.dropTokensFromAddressBar(); // out of the history, bookmarks and screenshots
  const { email } = await signIn.verifyIdTokenRemotely(idToken); // for a greeting: your server checks for itself
  console.log(email, refreshToken === null ? 'until the token expires' : 'and on');
}
// #endregion
