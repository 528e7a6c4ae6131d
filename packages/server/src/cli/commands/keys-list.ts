import { Command } from 'commander';
import type { PublishedKey } from '../../domain/published-key.js';
import type { KeyRepository } from '../../services/key-repository.js';
import type { Cli } from '../cli.js';
import { withKeys } from '../open-authority.js';
import { addSettingOptions } from '../setting-options.js';

interface ListOptions extends Readonly<Record<string, unknown>> {
  readonly service?: string;
}

const PAGE_SIZE = 500;

export function keysListCommand(cli: Cli): Command {
  const command = new Command('list')
    .description('print the published keys, ordered by key id, revoked ones too')
    .option('--service <name>', 'only those of this one')
    .option('--json', 'print JSON')
    .action(async (options: ListOptions) => {
      const keys = await withKeys(options, cli, (repository) => listAll(repository, options.service));
      if (keys.length === 0) cli.output.status('No key is published yet: countersign keys publish --help');
      cli.output.result({ keys: keys.map(asJson) }, keys.map(asLine));
    });
  return addSettingOptions(command, 'storage');
}

async function listAll(
  repository: KeyRepository,
  issuer: string | undefined,
): Promise<readonly PublishedKey[]> {
  const keys: PublishedKey[] = [];
  for (;;) {
    const page = await repository.list({ issuer, afterKid: keys.at(-1)?.kid ?? null, limit: PAGE_SIZE });
    keys.push(...page);
    if (page.length < PAGE_SIZE) return keys;
  }
}

function asJson({ kid, issuer, pem, publishedAt, revokedAt }: PublishedKey) {
  return { kid, issuer, publishedAt, revokedAt, pem };
}

function asLine({ kid, publishedAt, revokedAt }: PublishedKey): string {
  const published = `${kid}  published ${isoTime(publishedAt)}`;
  return revokedAt === null ? published : `${published}, revoked ${isoTime(revokedAt)}`;
}

function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
