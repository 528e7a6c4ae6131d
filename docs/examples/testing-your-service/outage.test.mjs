// What the service does while the keys of its callers cannot be fetched.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { createGate } from 'countersign/gate';
import { createTestCallers, createTestClock, createTestKeyServer } from 'countersign/testing';
import { createOrders } from './orders.mjs';

const clock = createTestClock(1_800_000_000);
const keyServer = await createTestKeyServer(); // a real server on loopback
const callers = createTestCallers({ audience: 'orders', clock, keyServer });
const gate = createGate({ accept: callers.acceptors, clock }); // fetches keys from there
const server = createOrders(gate).listen(0, '127.0.0.1');
await once(server, 'listening');
after(() => Promise.all([server.close(), keyServer.close()]));

async function statusFor(token) {
  const headers = { authorization: `Bearer ${token}` };
  return (await fetch(`http://127.0.0.1:${server.address().port}/`, { headers })).status;
}

test('without keys nobody comes in, and nobody is told that the token is bad', async () => {
  keyServer.fault = 'down'; // or 'silent', { status: 500 }, { delayMs }, { bodyBytes }, { redirectTo }
  assert.equal(await statusFor(callers.application()), 503);
  keyServer.fault = null;
  clock.advance(60);
  assert.equal(await statusFor(callers.application()), 200);
});

test('keys that are known serve on during an outage', async () => {
  keyServer.fault = { status: 500 };
  clock.advance(600);
  assert.equal(await statusFor(callers.application()), 200);
});
