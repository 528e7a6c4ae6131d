// Tokens that are refused before their time: revoked here, or by an authority whose feed is followed.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createNodeGate } from 'countersign/node';
import { accept, ask, callers } from './support.mjs';

const { application: issuer } = callers.issuers;

// #region memory
import { createGate, createMemoryRevocations } from 'countersign/gate';

const revocations = createMemoryRevocations();
const gate = createGate({ accept, revocation: { source: revocations, whenUnavailable: 'refuse' } });

function signOutEverywhere({ issuer, subject }) {
  const now = Date.now() / 1000;
  // Every token from before now; none of them lives longer than a day.
  revocations.revokeSubject({ issuer, subject, before: Math.ceil(now), expiresAt: now + 86_400 });
}

function revoke({ issuer, tokenId, expiresAt }) {
  revocations.revokeToken({ issuer, tokenId, expiresAt }); // as a caller has them
}
// #endregion

// What an authority would answer: a grant was revoked, with every token that came from it.
const expiresAt = Math.floor(Date.now() / 1000) + 3600;
const authority = createServer((_request, response) => {
  const revocation = { iss: issuer, grant: 'grant-1', exp: expiresAt };
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ cursor: '1', reset: false, more: false, revocations: [revocation] }));
}).listen(0, '127.0.0.1');
await once(authority, 'listening');
const FEED_URL = `http://127.0.0.1:${authority.address().port}/revocations`;
const [CLIENT_ID, CLIENT_SECRET] = ['orders', 'a secret'];

// #region feed
import { createRevocationFeed } from 'countersign/gate';

const credentials = Buffer.from(`${CLIENT_ID}:${CLIENT_SECRET}`).toString('base64');
const feed = createRevocationFeed({
  url: FEED_URL, // https://auth.example.com/revocations
  authorization: `Basic ${credentials}`,
});
const following = createGate({ accept, revocation: { source: feed, whenUnavailable: 'refuse' } });

await following.ready(); // keys and revocations, ahead of the first request; rejects where they cannot be had
// #endregion

const listener = createNodeGate(gate)(({ caller }, response) => {
  if (caller.kind === 'person') signOutEverywhere(caller);
  else revoke(caller);
  response.end();
});
for (const token of [callers.person(), callers.apiToken({ kind: 'user' })])
  console.log((await ask(listener, { token })).status, (await ask(listener, { token })).status);

const quiet = createNodeGate(following)((_request, response) => response.end());
for (const grant of ['grant-1', 'grant-2'])
  console.log((await ask(quiet, { token: callers.application({ claims: { grant_id: grant } }) })).status);
feed.close();
authority.close();
