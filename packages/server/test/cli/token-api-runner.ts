import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { exportPrivatePem, generateKeyPair, type KeyPair } from 'countersign';
import { onTestFinished } from 'vitest';
import { policyCommand } from '../../src/cli/commands/policy-check.js';
import { tokenApiCommand } from '../../src/cli/commands/token-api.js';
import { describeFailure } from '../../src/cli/describe-failure.js';
import { createOutput } from '../../src/cli/output.js';
import { temporaryFolder } from '../support/authority-process.js';
import type { FinishedCommand } from '../support/finished-command.js';

export const POLICY = {
  kinds: { user: 'auth_user', admin: 'auth_admin' },
  extras: {
    level: { type: 'number', default: 0, allowed: { 0: 'none', 2: 'password', 3.1: 'hardware key' } },
    factor: { type: 'text', default: '' },
    scopes: { type: 'list', default: [], allowedPerKind: { user: ['read', 'write'] } },
    beta: { type: 'boolean', default: false },
    device: { type: 'json', default: null },
  },
};

/** One for all: RSA keys take long to make. */
const pair = generateKeyPair('RS256');

export interface ApiTokenCommands {
  readonly pair: KeyPair;
  /** The path of a file with this content. */
  file(name: string, content: string): string;
  run(...args: readonly string[]): Promise<FinishedCommand>;
  /** Encodes with the policy and the key of this runner. */
  token(...args: readonly string[]): Promise<FinishedCommand>;
}

/** The commands about API tokens alone, in a folder of their own. */
export function createApiTokenCommands(policy: unknown = POLICY): ApiTokenCommands {
  const folder = temporaryFolder();
  onTestFinished(() => folder.remove());
  const file = (name: string, content: string) => {
    const path = join(folder.path, name);
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  };
  const key = file('key.pem', exportPrivatePem(pair.privateKey));
  const policyFile = file('policy.json', JSON.stringify(policy));
  return {
    pair,
    file,
    run: runCommand,
    token: (...args) => runCommand('token', 'api', '--policy', policyFile, '--key-file', key, ...args),
  };
}

async function runCommand(...args: readonly string[]): Promise<FinishedCommand> {
  let stdout = '';
  let stderr = '';
  const terminal = {
    environment: {},
    writeOut: (text: string) => {
      stdout += text;
    },
    writeError: (text: string) => {
      stderr += text;
    },
    isErrorRead: false,
    readInput: async () => '',
  };
  const cli = { terminal, output: createOutput(terminal, { json: args.includes('--json') }) };
  const token = new Command('token').addCommand(tokenApiCommand(cli));
  const program = new Command('countersign').addCommand(token).addCommand(policyCommand(cli));
  for (const command of [
    program,
    token,
    ...token.commands,
    ...program.commands,
    ...program.commands.flatMap((each) => each.commands),
  ]) {
    command.exitOverride().configureOutput({ outputError: () => {} });
  }
  try {
    await program.parseAsync([...args], { from: 'user' });
    return { exitCode: 0, stdout, stderr };
  } catch (error) {
    const failure = describeFailure(error);
    if (failure !== undefined) cli.output.failure(failure);
    return { exitCode: failure?.exitCode ?? 0, stdout, stderr };
  }
}
