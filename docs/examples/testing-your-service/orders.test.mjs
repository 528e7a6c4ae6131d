// Tests of the service: no network but loopback, no waiting, no key that anybody else has. Run by `node --test`.
// #region set-up
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { createGate } from 'countersign/gate';
import { createTestCallers, createTestClock } from 'countersign/testing';
import { createOrders } from './orders.mjs';

const clock = createTestClock(1_800_000_000); // stands still until a test moves it
const callers = createTestCallers({ audience: 'orders', clock });

const gate = createGate({
  accept: callers.acceptors, // knows the keys of the test callers
  revocation: { source: callers.revocations, whenUnavailable: 'refuse' },
  clock,
});
const server = createOrders(gate).listen(0, '127.0.0.1');
await once(server, 'listening');
after(() => server.close());

function call(method, token) {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return fetch(`http://127.0.0.1:${server.address().port}/`, { method, headers });
}
// #endregion

// #region callers
test('everybody may look', async () => {
  const tokens = [
    callers.person({ email: 'ada@example.com' }),
    callers.application({ clientId: 'web', subject: 'user-1', scopes: ['orders:read'] }),
    callers.hmacAccessToken({ clientId: 'web', subject: 'user-1', scopes: ['orders:read'] }),
    callers.service({ issuer: 'billing' }),
    callers.apiToken({ kind: 'user', subject: 'user-1', level: 2, scopes: ['orders:read'] }),
  ];
  for (const token of tokens) assert.equal((await call('GET', token)).status, 200);
  assert.deepEqual(await (await call('GET', tokens[3])).json(), { kind: 'service', subject: 'billing' });
});
// #endregion

// #region rules
test('removing takes a scope and a second factor', async () => {
  const scopes = ['orders:write'];
  assert.equal((await call('DELETE', callers.application({ scopes, acr: '3' }))).status, 204);
  assert.equal((await call('DELETE', callers.apiToken({ kind: 'admin', scopes, level: 2 }))).status, 204);
  assert.equal((await call('DELETE', callers.application({ acr: '3' }))).status, 403);
  const stepUp = await call('DELETE', callers.application({ scopes, acr: '1' }));
  assert.equal(stepUp.status, 401);
  assert.match(stepUp.headers.get('www-authenticate'), /insufficient_user_authentication/);
});
// #endregion

// #region refused
test('bad tokens are refused', async () => {
  const tokens = [
    undefined,
    'no token',
    callers.person({ expired: true }),
    callers.person({ otherKey: true }), // a forgery
    callers.application({ claims: { aud: 'payroll' } }), // for somebody else
    callers.service({ claims: { sub: 'shipping' } }),
    callers.apiToken({ kind: 'user', claims: { exp: undefined } }), // undefined takes a claim out
  ];
  const statuses = await Promise.all(tokens.map(async (token) => (await call('GET', token)).status));
  assert.deepEqual(statuses, [401, 400, 401, 401, 401, 401, 401]);
});
// #endregion

// #region time
test('a token is good for an hour, and no longer', async () => {
  const token = callers.person();
  clock.advance(3599);
  assert.equal((await call('GET', token)).status, 200);
  clock.advance(1);
  assert.equal((await call('GET', token)).status, 401);
});
// #endregion

// #region revoke
test('a revoked token is refused at once', async () => {
  const token = callers.apiToken({ kind: 'user' });
  assert.equal((await call('GET', token)).status, 200);
  callers.revoke(token);
  assert.equal((await call('GET', token)).status, 401);
});
// #endregion

// #region keys
test('keys change without anybody noticing', async () => {
  const old = callers.service();
  callers.rotateKeys(); // new keys sign, the old ones still verify
  assert.equal((await call('GET', callers.service())).status, 200);
  assert.equal((await call('GET', old)).status, 200);
  callers.withdrawOldKeys();
  assert.equal((await call('GET', old)).status, 401);
});
// #endregion
