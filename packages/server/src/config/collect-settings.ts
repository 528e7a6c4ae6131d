import { nearestName } from '../domain/nearest-name.js';
import { readConfigFile } from './read-config-file.js';
import {
  environmentVariableOf,
  flagOf,
  SETTING_NAMES,
  SETTINGS,
  type SettingName,
  type SettingTypes,
} from './settings-table.js';

/** Where settings are looked for. */
export interface ConfigurationSources {
  /** Flags of the command line as typed, by setting; `config` names the configuration file. */
  readonly flags: Readonly<Partial<Record<SettingName | 'config', string>>>;
  /** As `process.env` has it. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The settings that were given, each from the source that wins, and every problem found so far. */
export interface CollectedSettings {
  /** Problems are added as values are read; the reader of the last value throws them all together. */
  readonly problems: string[];
  /** The parsed value, or the default; undefined if there is neither or the value has a problem. */
  read<K extends SettingName>(name: K): SettingTypes[K] | undefined;
  /** `issuer (COUNTERSIGN_ISSUER)` where it was given, else every way to give it. */
  label(name: SettingName): string;
  isGiven(name: SettingName): boolean;
}

const CONFIG_VARIABLE = 'COUNTERSIGN_CONFIG';
const MAX_SHOWN = 80;

interface Given {
  readonly text: string;
  readonly source: string;
}

export function collectSettings(sources: ConfigurationSources): CollectedSettings {
  const problems: string[] = unknownVariables(sources.environment);
  const given = givenValues(sources, problems);
  const label = (name: SettingName): string =>
    `${name} (${given.get(name)?.source ?? waysToGive(name).join(' or ')})`;
  const isGiven = (name: SettingName): boolean => given.has(name);

  function read<K extends SettingName>(name: K): SettingTypes[K] | undefined {
    const row = SETTINGS[name];
    const text = given.get(name)?.text ?? row.default;
    if (text === null) return undefined;
    const parsed = text === '' ? { problem: 'is empty: give a value or leave it out' } : row.parse(text);
    if (parsed.problem === undefined) return parsed.value;
    const shown = row.secret || text === '' ? '' : ` ${JSON.stringify(text.slice(0, MAX_SHOWN))}`;
    problems.push(`${label(name)}:${shown} ${parsed.problem}`);
    return undefined;
  }
  return { problems, read, label, isGiven };
}

/** Flags over environment over file. */
function givenValues(sources: ConfigurationSources, problems: string[]): ReadonlyMap<SettingName, Given> {
  const path = sources.flags.config ?? sources.environment[CONFIG_VARIABLE];
  const file = path === undefined ? undefined : readConfigFile(path);
  problems.push(...(file?.problems ?? []));
  const given = new Map<SettingName, Given>();
  for (const name of SETTING_NAMES) {
    const variable = environmentVariableOf(name);
    const candidates = [
      { text: sources.flags[name], source: flagOf(name) },
      { text: sources.environment[variable], source: variable },
      { text: file?.texts.get(name), source: path ?? '' },
    ];
    const winner = candidates.find((candidate): candidate is Given => candidate.text !== undefined);
    if (winner !== undefined) given.set(name, winner);
  }
  return given;
}

/** A misspelt variable would otherwise be a setting that silently does not hold. */
function unknownVariables(environment: ConfigurationSources['environment']): string[] {
  const known = [...SETTING_NAMES.map(environmentVariableOf), CONFIG_VARIABLE];
  return Object.keys(environment)
    .filter((name) => name.startsWith('COUNTERSIGN_') && !known.includes(name))
    .map((name) => `${name}: there is no such setting; did you mean ${nearestName(name, known)}?`);
}

function waysToGive(name: SettingName): readonly string[] {
  return SETTINGS[name].secret ? [environmentVariableOf(name)] : [flagOf(name), environmentVariableOf(name)];
}
