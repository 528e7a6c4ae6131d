import { createRemoteJwks, type FetchFunction } from 'countersign';
import { createAccessTokenVerifier } from 'countersign/access-token';
import type { TestClock } from 'countersign/testing';
import { expect, it } from 'vitest';
import type { Client } from '../../../src/domain/oauth/client.js';
import { jwksRoutes } from '../../../src/routes/oauth/jwks.js';
import { httpRequest } from '../../support/http-request.js';
import { aClient } from '../../support/oauth-rows.js';
import { createTestHandler, ISSUER } from '../../support/request-handler.js';
import {
  anAccessTokenRequest,
  openTokenAuthority,
  partsOf,
  type TokenProcess,
} from '../../support/token-authority.js';

const AUDIENCE = 'https://api.example';
const TOKENS_PER_SECOND = 200;
const SECONDS = 600;
/** Each rotation waits for the lead of its next key: two of them fit into ten minutes. */
const ROTATE_AFTER_SECONDS = 200;

/** The key set as one process serves it now; counts how often it is asked for. */
function fetchFrom(process: TokenProcess): { fetch: FetchFunction; asked: () => number } {
  const handler = createTestHandler(jwksRoutes(process));
  let asked = 0;
  return {
    asked: () => asked,
    async fetch(url) {
      asked += 1;
      const { status, headers, body } = await handler.handle(httpRequest({ path: new URL(url).pathname }));
      return new Response(String(body), { status, headers: headers as Record<string, string> });
    },
  };
}

/** As a resource server has it: keeps the key set for as long as its headers say. */
function aResourceServer(process: TokenProcess, clock: TestClock) {
  const { fetch, asked } = fetchFrom(process);
  const algorithms = ['ES256'] as const;
  const keys = createRemoteJwks({ url: `${ISSUER}/jwks.json`, algorithms, fetch, clock });
  const verifier = createAccessTokenVerifier({
    keys,
    issuer: ISSUER,
    audience: AUDIENCE,
    algorithms,
    clock,
  });
  return { verifier, asked };
}

async function accessTokens(process: TokenProcess, client: Client, count: number): Promise<string[]> {
  const request = anAccessTokenRequest({ client, access: { scopes: ['read'], audiences: [AUDIENCE] } });
  const issued = await Promise.all(Array.from({ length: count }, () => process.tokens.accessToken(request)));
  return issued.map(({ token }) => token);
}

it('K12: two rotations in ten minutes at 200 tokens a second, over two processes, fail no verification', async () => {
  const authority = await openTokenAuthority();
  const { clock } = authority;
  const processes = [authority, await authority.startProcess()];
  // Each asks the process that does not issue what it verifies.
  const servers = [...processes].reverse().map((process) => aResourceServer(process, clock));
  const client = aClient({ accessTokenLifetimeSeconds: 300 });
  const signedBy = new Set<unknown>();
  const old: { readonly token: string; readonly server: (typeof servers)[number] }[] = [];
  let verified = 0;
  clock.advance(ROTATE_AFTER_SECONDS); // The first keys are no newborns.

  for (let second = 0; second < SECONDS; second += 1) {
    clock.advance(1);
    if (second % 60 === 0) await Promise.all(processes.map((each) => each.rotateDue(ROTATE_AFTER_SECONDS)));
    for (const [index, process] of processes.entries()) {
      const server = servers[index];
      if (server === undefined) throw new Error('every process has its resource server');
      const tokens = await accessTokens(process, client, TOKENS_PER_SECOND / processes.length);
      for (const token of tokens) await server.verifier.verifyAsync(token);
      verified += tokens.length;
      const [sample = ''] = tokens;
      signedBy.add(partsOf(sample).header['kid']);
      old.push({ token: sample, server });
    }
    // Late in their life tokens are as good as at its beginning.
    for (const { token, server } of old.splice(0, old.length > 598 ? 2 : 0))
      await server.verifier.verifyAsync(token);
  }

  expect(verified).toBe(TOKENS_PER_SECOND * SECONDS);
  expect(signedBy.size).toBe(3);
  // Every five minutes, and never because a key was not known.
  for (const { asked } of servers) expect(asked()).toBeLessThanOrEqual(Math.ceil(SECONDS / 300) + 1);
  await authority.close();
}, 120_000);
