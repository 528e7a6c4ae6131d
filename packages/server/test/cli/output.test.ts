import { describe, expect, it } from 'vitest';
import { createOutput } from '../../src/cli/output.js';
import type { Terminal } from '../../src/cli/terminal.js';

function setUp(json: boolean) {
  let written = '';
  const write = (text: string) => {
    written += text;
  };
  const terminal: Terminal = {
    writeOut: write,
    writeError: write,
    isErrorRead: true,
    environment: {},
    readInput: async () => '',
  };
  return { output: createOutput(terminal, { json }), written: () => written };
}

const STEERERS = ['\u001b', '\u009b', '\u202e'];
const STEERING = `red ${STEERERS.join('[31m')}`;

describe('what a command prints', () => {
  it.each([true, false])('S5: a failure never steers the terminal (json: %j)', (json) => {
    const { output, written } = setUp(json);
    const failure = { code: STEERING, message: `${STEERING}\nat`, problems: [`${STEERING}\nb`] };
    output.failure({ exitCode: 1, ...failure });
    if (json) expect(JSON.parse(written())).toEqual({ error: failure });
    for (const character of STEERERS) expect(written()).not.toContain(character);
  });

  it.each([true, false])('S5: nor does a result (json: %j)', (json) => {
    const { output, written } = setUp(json);
    output.result({ value: STEERING }, [STEERING]);
    for (const character of STEERERS) expect(written()).not.toContain(character);
  });

  it('keeps the lines of a message', () => {
    const { output, written } = setUp(false);
    output.failure({ exitCode: 1, code: 'x', message: 'one\ntwo', problems: ['three'] });
    expect(written()).toBe('one\ntwo\n  - three\n');
  });
});
