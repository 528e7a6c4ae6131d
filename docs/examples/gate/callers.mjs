// Stands in for your issuers, so that the examples run by themselves: throw-away keys, and a token of each kind.
// Start one, such as docs/examples/gate/express/server.mjs, and call it with a command that it prints.
import { createGate } from 'countersign/gate';
import { createTestCallers } from 'countersign/testing';

const callers = createTestCallers({ audience: 'orders' });

// In your service: accept: [signIn({ ... }), accessTokens({ ... }), asap({ ... }), apiTokens({ ... })]
export const gate = createGate({ accept: callers.acceptors });

const scopes = ['orders:write'];
export const tokens = {
  person: callers.person({ email: 'ada@example.com' }),
  application: callers.application({ clientId: 'web', subject: 'user-1', scopes }),
  service: callers.service({ issuer: 'billing' }),
  'api-token': callers.apiToken({ kind: 'user', subject: 'user-1', scopes }),
};

export const port = Number(process.env.PORT ?? 8080);

export function printTokens() {
  for (const [kind, token] of Object.entries(tokens))
    console.log(`${kind}: curl -H 'Authorization: Bearer ${token}' http://127.0.0.1:${port}/orders`);
}
