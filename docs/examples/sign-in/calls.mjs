// The calls of the client for servers that app.mjs does not need. Asks for the code that was mailed.
import { createInterface } from 'node:readline/promises';

const { AUTHORITY_URL = 'http://localhost:8080', APP_ID = '', EMAIL = 'ada@example.com' } = process.env;
const terminal = createInterface({ input: process.stdin });

// #region typed-code
import { createSignInClient } from 'countersign/sign-in';

const signIn = createSignInClient({ baseUrl: AUTHORITY_URL, appId: APP_ID });

const { requestId } = await signIn.startSignIn(EMAIL); // keep it in the session of whoever asked
// #endregion
const typedCode = await terminal.question('');
// #region finish
const { idToken, refreshToken } = await signIn.finishWithCode(requestId, typedCode);
const person = await signIn.verifyIdToken(idToken);
console.log(person.email, person.tokenId, person.expiresAt); // the instant in epoch seconds
// #endregion

// #region refresh
const newIdToken = await signIn.refreshIdToken(refreshToken); // the refresh token stays as it is
// #endregion

// #region log-out
await signIn.deleteRefreshToken(newIdToken, refreshToken); // here
await signIn.deleteAllRefreshTokens(newIdToken); // everywhere
// #endregion

// #region errors
try {
  await signIn.refreshIdToken(refreshToken);
} catch (error) {
  console.log(error.name, error.reason, error.status, error.code);
  // SignInError unauthorized 401 unauthorized
}
// #endregion
terminal.close();
