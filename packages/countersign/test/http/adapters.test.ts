import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADAPTER_CASES } from './adapter-cases.js';
import type { DoorCallers } from './support/doors.js';
import { createDoors } from './support/doors.js';
import { GATE_HEADERS } from './support/expected.js';
import type { RawAnswer } from './support/raw-http.js';
import { sendRaw } from './support/raw-http.js';
import { SERVERS } from './support/servers/index.js';
import type { RunningServer } from './support/servers/running-server.js';

it('the table has cases of every sort, each named once', () => {
  const names = ADAPTER_CASES.map(({ name }) => name);
  expect(names.length).toBeGreaterThanOrEqual(60);
  expect(new Set(names).size).toBe(names.length);
});

describe.each(SERVERS)('%s', (_, load) => {
  let server: RunningServer;
  let callers: DoorCallers;
  let visits: string[] = [];

  beforeAll(async () => {
    const made = createDoors();
    callers = made.callers;
    server = await (await load())(made.doors, (caller) => {
      visits.push(caller === undefined ? 'nobody' : `${caller.kind} ${caller.subject}`);
    });
  });
  afterAll(() => server.close());

  it.each(ADAPTER_CASES.map((each) => [each.name, each] as const))('%s', async (_name, each) => {
    const { door, method = 'GET', query, times = 1, expected } = each;
    const lines = each.lines(callers);
    const request = { method, url: query === undefined ? `/${door}` : `/${door}?${query}`, lines };
    let answer = await sendRaw(server.port, request);
    for (let sent = 1; sent < times; sent++) {
      visits = [];
      answer = await sendRaw(server.port, request);
    }
    const { told } = expected;
    expect(seen(answer)).toEqual({
      status: expected.status,
      body: expected.body,
      headers: expected.headers,
      vary: varyOf(door, lines),
    });
    expect(visits.splice(0)).toEqual(told === undefined ? [] : [told]);
  });
});

/** What the gate decides of an answer: headers of a success are the handler's own. */
function seen({ status, headers, body }: RawAnswer) {
  const names = status === 200 ? [] : GATE_HEADERS;
  const ofGate = [...names, 'access-control-allow-origin'].filter((name) => headers.has(name));
  const vary = headers.get('vary')?.toLowerCase().split(/, */).sort();
  return { status, body, vary, headers: Object.fromEntries(ofGate.map((name) => [name, headers.get(name)])) };
}

function varyOf(door: string, lines: readonly string[]): readonly string[] {
  const hasOrigin = lines.some((line) => line.startsWith('Origin:'));
  return ['authorization', ...(door === 'cookie' ? ['cookie'] : []), ...(hasOrigin ? ['origin'] : [])];
}
