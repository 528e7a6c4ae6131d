import type { Caller, Gate, GateRequest } from 'countersign/gate';
import { createRouteTable, createTableGuard } from 'countersign/gate';
import type { LambdaAuthorizer, LambdaAuthorizerEvent } from 'countersign/lambda';
import { createLambdaAuthorizer } from 'countersign/lambda';
import { describe, expect, it } from 'vitest';
import { NOW } from '../support/tokens.js';
import { usageProblem } from '../support/usage.js';
import type { AdapterCase } from './adapter-cases.js';
import { ADAPTER_CASES } from './adapter-cases.js';
import { createDoors } from './support/doors.js';
import type { EventParts } from './support/lambda-events.js';
import { arnFor, httpApiEvent, requestEvent, tokenEvent } from './support/lambda-events.js';

/** An authorizer of type TOKEN is told of one header, once. */
const hasOneHeader = ({ door, query, lines }: AdapterCase) => {
  const names = lines(createDoors().callers).map((line) => line.replace(/:.*/, '').toLowerCase());
  const isPlain = query === undefined && door !== 'cookie';
  return isPlain && names.filter((name) => name === 'authorization').length === 1 && names.length === 1;
};

const EVENTS = [
  ['REST API, REQUEST', 'policy', requestEvent, () => true],
  ['REST API, TOKEN', 'policy', tokenEvent, hasOneHeader],
  ['HTTP API, format 2.0, policies', 'policy', httpApiEvent, () => true],
  ['HTTP API, format 2.0, simple responses', 'simple', httpApiEvent, () => true],
] as const;

describe.each(EVENTS)('an authorizer for a %s', (_, answer, eventOf, isFit) => {
  const { doors, callers } = createDoors();
  const cases = ADAPTER_CASES.filter(isFit).map((each) => [each.name, each] as const);

  it.each(cases)('%s', async (_name, each) => {
    const { door, method = 'GET', query, times = 1, expected } = each;
    const { gate, rules } = doors[door];
    const authorize = createLambdaAuthorizer(gate, rules, { answer });
    const parts = { method, path: `/${door}`, query, lines: each.lines(callers) };
    let verdict = await judge(authorize, eventOf(parts));
    for (let sent = 1; sent < times; sent++) verdict = await judge(authorize, eventOf(parts));
    expect(verdict).toBe(expectedVerdict(expected.status, expected.told, answer));
  });
});

/** What becomes of an answer. */
function expectedVerdict(status: number, told: string | undefined, answer: 'policy' | 'simple'): string {
  if (told !== undefined) return `allow ${told}`;
  if (status === 503) return 'error';
  return answer === 'policy' && status !== 403 ? 'Unauthorized' : 'deny';
}

async function judge(authorize: LambdaAuthorizer, event: LambdaAuthorizerEvent): Promise<string> {
  try {
    const answer = await authorize(event);
    const isIn =
      'isAuthorized' in answer ? answer.isAuthorized : answer.policyDocument.Statement[0].Effect === 'Allow';
    const { kind, subject } = answer.context;
    if (!isIn) return 'deny';
    return `allow ${kind === 'anonymous' ? 'nobody' : `${kind} ${subject}`}`;
  } catch (error) {
    const { message } = error as Error;
    return message.startsWith('countersign: ') ? 'error' : message;
  }
}

const { doors, callers } = createDoors();
const gate = doors.any.gate as Gate;

function partsWith(token: string, path = '/orders/7'): EventParts {
  return { method: 'GET', path, lines: [`Authorization: Bearer ${token}`] };
}

const PREFLIGHT = { outcome: 'preflight', caller: undefined, reason: null } as const;
const PREFLIGHT_PARTS: EventParts = {
  method: 'OPTIONS',
  path: '/orders/7',
  lines: [
    'Authorization: Bearer anything',
    'Origin: https://app.example',
    'Access-Control-Request-Method: DELETE',
  ],
};

describe('createLambdaAuthorizer', () => {
  it('allows the method that was asked for, and tells the service in texts who calls', async () => {
    const parts = partsWith(callers.application({ scopes: ['a', 'b'], acr: '3' }));
    const { exp, jti } = claimsOf(parts);
    expect(await createLambdaAuthorizer(gate)(requestEvent(parts))).toEqual({
      principalId: `${callers.issuers.application}|user-1`,
      policyDocument: {
        Version: '2012-10-17',
        Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: arnFor(parts) }],
      },
      context: {
        kind: 'application',
        issuer: callers.issuers.application,
        subject: 'user-1',
        scope: 'a b',
        clientId: 'test-client',
        level: '3',
        expiresAt: String(exp),
        tokenId: jti,
      },
    });
  });

  it('allows everything behind the stage where that is asked for', async () => {
    const authorize = createLambdaAuthorizer(gate, {}, { resource: 'stage' });
    for (const event of [requestEvent, tokenEvent, httpApiEvent]) {
      expect(await authorize(event(partsWith(callers.person())))).toMatchObject({
        policyDocument: {
          Statement: [
            {
              Effect: 'Allow',
              Resource: 'arn:aws:execute-api:eu-central-1:123456789012:abcdef123/live/*',
            },
          ],
        },
      });
    }
  });

  it.each(['/*', '/orders/*', '/orders/?', `/orders/\${x}`])(
    'denies a path that would be a pattern in the policy: %s',
    async (path) => {
      const authorize = createLambdaAuthorizer(gate);
      const answer = await authorize(requestEvent(partsWith(callers.person(), path)));
      expect(answer).toMatchObject({ policyDocument: { Statement: [{ Effect: 'Deny' }] } });
    },
  );

  it('denies what a route table has no entry for, by the path of the event', async () => {
    const table = createRouteTable([{ methods: 'GET', path: '/orders/:id' }]);
    const authorize = createLambdaAuthorizer(createTableGuard(gate, table));
    for (const event of [requestEvent, tokenEvent, httpApiEvent]) {
      expect(await judge(authorize, event(partsWith(callers.service())))).toBe('allow service billing');
      expect(await judge(authorize, event(partsWith(callers.service(), '/admin')))).toBe('deny');
    }
  });

  it.each([
    ['a decoded question mark', '/orders/7?x', '/orders/7%3Fx'],
    ['a decoded escape', '/orders%2Fx/%37', '/orders%252Fx/%2537'],
    ['a decoded number sign', '/orders/7#x', '/orders/7%23x'],
  ])('C16: an HTTP API tells paths decoded: %s is read as it was sent', async (_, rawPath, url) => {
    const seen: string[] = [];
    const check = (request: GateRequest) => {
      seen.push(request.url);
      return PREFLIGHT;
    };
    const authorize = createLambdaAuthorizer({ check, vary: '' });
    const parts = partsWith('x', rawPath);
    await authorize(httpApiEvent({ ...parts, query: 'a=1' }));
    await authorize({ ...requestEvent(parts), version: '1.0' });
    expect(seen).toEqual([`${url}?a=1`, url]);
  });

  it('C16: a REST API tells paths as they were sent', async () => {
    const table = createRouteTable([{ methods: 'GET', path: '/orders/a b' }]);
    const authorize = createLambdaAuthorizer(createTableGuard(gate, table));
    const event = requestEvent(partsWith(callers.service(), '/orders/a%20b'));
    expect(await judge(authorize, event)).toBe('allow service billing');
    expect(await judge(authorize, { ...event, path: '/orders/a%2520b' })).toBe('deny');
  });

  it('C18: allows a preflight its own method and path only, for what is kept would let in others', async () => {
    const { rules } = doors.preflight;
    const authorize = createLambdaAuthorizer(doors.preflight.gate, rules, { resource: 'stage' });
    for (const event of [requestEvent, httpApiEvent]) {
      expect(await authorize(event(PREFLIGHT_PARTS))).toMatchObject({
        principalId: 'anonymous',
        policyDocument: { Statement: [{ Effect: 'Allow', Resource: arnFor(PREFLIGHT_PARTS) }] },
      });
      const pattern = await authorize(event({ ...PREFLIGHT_PARTS, path: '/*' }));
      expect(pattern).toMatchObject({ policyDocument: { Statement: [{ Effect: 'Deny' }] } });
    }
  });

  it('C18: gives a preflight no simple answer that may be kept', async () => {
    const authorize = createLambdaAuthorizer(doors.preflight.gate, {}, { answer: 'simple' });
    const event = httpApiEvent(PREFLIGHT_PARTS);
    const kept = { ...event, identitySource: ['Bearer anything'] };
    expect(await authorize(kept)).toEqual({ isAuthorized: false, context: { reason: 'preflight' } });
    expect(await authorize({ ...event, identitySource: null })).toMatchObject({ isAuthorized: true });
  });

  it('takes the handshake of a WebSocket API, which has neither method nor path', async () => {
    const { headers, methodArn } = requestEvent(partsWith(callers.person()));
    const event = { type: 'REQUEST', methodArn, headers } as const;
    expect(await judge(createLambdaAuthorizer(gate), event)).toBe('allow person ada@example.com');
  });

  it('names a principal that nobody at another issuer can be', async () => {
    const named = async (issuer: string, subject: string) => {
      const caller = { kind: 'person', issuer, subject, scopes: [], expiresAt: NOW } as unknown as Caller;
      const check = () => ({ outcome: 'caller', caller }) as const;
      const answer = await createLambdaAuthorizer({ check, vary: '' })(requestEvent(partsWith('x')));
      return 'principalId' in answer ? answer.principalId : undefined;
    };
    expect(await named('https://a', 'b|c')).not.toBe(await named('https://a|b', 'c'));
    expect(await named('https://a%7Cb', 'c')).not.toBe(await named('https://a|b', 'c'));
  });

  it('gives simple answers to events of format 2.0 only', async () => {
    const authorize = createLambdaAuthorizer(gate, {}, { answer: 'simple' });
    await expect(authorize(requestEvent(partsWith(callers.person())))).rejects.toThrow(
      'answer "simple" is for payload format 2.0 only',
    );
  });

  it('finds every mistake in its options', () => {
    const options = { answer: 'json', resource: 'api' } as never;
    expect(usageProblem(() => createLambdaAuthorizer(gate, {}, options))).toBe(
      'invalid_options: answer must be one of policy, simple, not another text; resource must be one of method, stage, not another text',
    );
  });
});

function claimsOf({ lines }: EventParts): Record<string, unknown> {
  const payload = lines[0]?.split('.')[1] ?? '';
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
}
