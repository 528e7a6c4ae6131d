// A web app that people sign in to by e-mail. Its redirect URL is /signed-in here; its delivery mode is `code`.
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { createSignInClient, SignInError } from 'countersign/sign-in';

const { AUTHORITY_URL = 'http://localhost:8080', APP_ID = '', PORT = '3000' } = process.env;

const signIn = createSignInClient({ baseUrl: AUTHORITY_URL, appId: APP_ID });
const sessions = new Map(); // in a real app: in its database, and not for ever

async function finishSignIn(code) {
  const { idToken } = await signIn.exchangeCode(code);
  const person = await signIn.verifyIdToken(idToken); // signature, issuer, audience and dates, checked here
  const id = randomBytes(32).toString('base64url');
  sessions.set(id, person.email);
  return `session=${id}; Path=/; HttpOnly; SameSite=Lax`; // and Secure, on https
}

async function answer(request, response) {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost');
  if (pathname === '/signed-in') {
    const cookie = await finishSignIn(searchParams.get('code') ?? '');
    return response.writeHead(303, { location: '/', 'set-cookie': cookie }).end();
  }
  const email = sessions.get(/(?:^|; )session=([\w-]+)/.exec(request.headers.cookie)?.[1]);
  if (email !== undefined) return response.end(`Hello ${email}\n`);
  return response.writeHead(303, { location: `${AUTHORITY_URL}/${APP_ID}/sign-in` }).end();
}

const server = createServer((request, response) =>
  answer(request, response).catch((error) => {
    // A bad code is the visitor's fault; an authority that does not answer is not.
    const isRefused = error instanceof SignInError && (error.code === 'unauthorized' || error.status === 400);
    response.writeHead(isRefused ? 401 : 503).end(`${isRefused ? 'Please sign in again' : 'Try later'}\n`);
    if (!isRefused) console.error(error.message); // holds no token and no code
  }),
);
server.listen(Number(PORT), 'localhost');
