import { Command } from 'commander';
import { loadStorageSettings } from '../../config/index.js';
import { migrateSqlite, planSqlite } from '../../store/sqlite/index.js';
import type { Cli } from '../cli.js';
import { databaseFileOf } from '../open-authority.js';
import { addSettingOptions, sourcesOf } from '../setting-options.js';

interface MigrateOptions extends Readonly<Record<string, unknown>> {
  readonly plan?: boolean;
}

export function migrateCommand(cli: Cli): Command {
  const command = new Command('migrate')
    .description('bring the database to the schema of this program; run again, it changes nothing')
    .option('--plan', 'only say what would be done')
    .option('--json', 'print JSON')
    .action((options: MigrateOptions) => runMigrate(options, cli));
  return addSettingOptions(command, 'storage');
}

async function runMigrate(options: MigrateOptions, cli: Cli): Promise<void> {
  const file = databaseFileOf(loadStorageSettings(sourcesOf(options, cli.terminal)));
  if (options.plan === true) {
    const { from, to, pending } = await planSqlite({ file });
    return cli.output.result({ file, from, to, pending }, [
      pending.length === 0
        ? `${file} has schema version ${to}: nothing to do`
        : `${file} would go from schema version ${from} to ${to}:`,
      ...pending.map((name) => `  ${name}`),
    ]);
  }
  const { from, to, applied } = await migrateSqlite({ file });
  cli.output.result({ file, from, to, applied }, [
    applied.length === 0
      ? `${file} has schema version ${to}: nothing to do`
      : `${file} went from schema version ${from} to ${to}:`,
    ...applied.map((name) => `  ${name}`),
  ]);
}
