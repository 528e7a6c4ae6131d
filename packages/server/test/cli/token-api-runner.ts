import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exportPrivatePem, generateKeyPair, type KeyPair } from 'countersign';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from '../support/authority-process.js';
import type { FinishedCommand } from '../support/finished-command.js';
import { runInProcess } from '../support/in-process-command.js';

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

function runCommand(...args: readonly string[]): Promise<FinishedCommand> {
  return runInProcess(args, {});
}
