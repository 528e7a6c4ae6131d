import { readFileSync, statSync } from 'node:fs';
import { nearestName } from '../domain/nearest-name.js';
import { errorCode, isReadableByOthers } from './secret-file.js';
import { SETTING_NAMES, SETTINGS, type SettingName } from './settings-table.js';

const MAX_BYTES = 256 * 1024;

/** Settings of a JSON configuration file as texts. A file that cannot be read is one problem, a bad member another. */
export function readConfigFile(path: string): {
  readonly texts: ReadonlyMap<SettingName, string>;
  readonly problems: readonly string[];
} {
  const texts = new Map<SettingName, string>();
  const content = parseObject(path);
  if (typeof content === 'string') return { texts, problems: [content] };
  const problems: string[] = [];
  for (const [member, value] of Object.entries(content)) {
    const name = SETTING_NAMES.find((candidate) => candidate === member);
    const text = textOf(value);
    if (name === undefined)
      problems.push(
        `${member} (${path}): there is no such setting; did you mean ${nearestName(member, SETTING_NAMES)}?`,
      );
    else if (text === undefined)
      problems.push(`${name} (${path}): must be a text, a number or a list of texts`);
    else texts.set(name, text);
  }
  if ([...texts.keys()].some((name) => SETTINGS[name].secret) && isReadableByOthers(path))
    problems.push(`${path}: holds a secret and can be read by other users: chmod 600 ${path}`);
  return { texts, problems };
}

function parseObject(path: string): Record<string, unknown> | string {
  let text: string;
  try {
    if (statSync(path).size > MAX_BYTES) return `${path}: is larger than ${MAX_BYTES} bytes`;
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return `${path}: cannot be read (${errorCode(error)})`;
  }
  try {
    const value: unknown = JSON.parse(text);
    if (isPlainObject(value)) return value;
  } catch {
    // The parser's own message would quote the file, and the file may hold a secret.
  }
  return `${path}: is no JSON object`;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  const isList =
    Array.isArray(value) && value.every((entry) => typeof entry === 'string' && !entry.includes(','));
  return isList ? value.join(',') : undefined;
}
