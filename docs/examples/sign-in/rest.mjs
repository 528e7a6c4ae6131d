// E-mail sign-in with nothing but HTTP. Asks for an address, and then for the code that was mailed to it.
import { createInterface } from 'node:readline/promises';

const { AUTHORITY_URL = 'http://localhost:8080', APP_ID = '' } = process.env;
const terminal = createInterface({ input: process.stdin, output: process.stdout });
const lines = terminal[Symbol.asyncIterator]();

async function ask(question) {
  process.stdout.write(question);
  return (await lines.next()).value ?? '';
}

async function call(method, path, { json, idToken } = {}) {
  const headers = {
    ...(json && { 'content-type': 'application/json' }),
    ...(idToken && { authorization: `Bearer ${idToken}` }),
  };
  const body = json && JSON.stringify(json);
  const answer = await fetch(`${AUTHORITY_URL}/${APP_ID}${path}`, { method, headers, body });
  const text = await answer.text();
  console.log(method, path.replace(/\/refresh\/.+/, '/refresh/...'), answer.status);
  if (!answer.ok) throw new Error(text); // {"message":"...","code":"..."}
  return text === '' ? undefined : JSON.parse(text);
}

const email = await ask('E-mail address: ');
const { requestId } = await call('POST', '/authenticate', { json: { email } });

const code = await ask('Code from the mail: ');
const { idToken, refreshToken } = await call('POST', '/code', { json: { requestId, code } });

await call('POST', '/verify', { json: { idToken } }); // 200: the token is good
const refreshed = await call('POST', '/refresh', { json: { refreshToken } });
await call('GET', '/.well-known/jwks.json');
await call('DELETE', `/user/refresh/${encodeURIComponent(refreshToken)}`, { idToken: refreshed.idToken });
await call('DELETE', '/user/refresh', { idToken: refreshed.idToken });
terminal.close();
