import { type Command, Option } from 'commander';
import {
  type ConfigurationSources,
  flagOf,
  SETTING_NAMES,
  SETTINGS,
  type SettingName,
} from '../config/index.js';
import type { Terminal } from './terminal.js';

/** Gives the command a flag for every setting it heeds, except secrets. */
export function addSettingOptions(command: Command, scope: 'storage' | 'serving'): Command {
  command.optionsGroup('Settings:').option('--config <file>', 'JSON file with settings');
  for (const name of SETTING_NAMES) {
    const row = SETTINGS[name];
    if (row.secret || (scope === 'storage' && row.scope !== 'storage')) continue;
    const help = row.default === null ? row.help : `${row.help} (default: ${row.default})`;
    command.addOption(new Option(`${flagOf(name)} ${row.argument}`, help));
  }
  return command;
}

/** The settings among the parsed options, and the environment. */
export function sourcesOf(
  options: Readonly<Record<string, unknown>>,
  { environment }: Terminal,
): ConfigurationSources {
  const flags: Partial<Record<SettingName | 'config', string>> = {};
  for (const name of [...SETTING_NAMES, 'config'] as const) {
    const value = options[name];
    if (typeof value === 'string') flags[name] = value;
  }
  return { flags, environment };
}
