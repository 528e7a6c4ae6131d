/** Which option of `apps create` and `apps update` gives which setting of an app. */
import type { AppSettings } from '../domain/app.js';

export const SETTINGS_FROM_OPTIONS: readonly (readonly [option: string, setting: keyof AppSettings])[] = [
  ['name', 'name'],
  ['redirectUrl', 'redirectUrl'],
  ['delivery', 'delivery'],
  ['allowRefresh', 'allowRefresh'],
  ['linkBinding', 'linkBinding'],
  ['algorithm', 'algorithm'],
  ['linkLifetime', 'linkLifetimeSeconds'],
  ['codeLifetime', 'codeLifetimeSeconds'],
  ['idTokenLifetime', 'idTokenLifetimeSeconds'],
  ['refreshTokenLifetime', 'refreshTokenLifetimeSeconds'],
  ['mailsPerHour', 'mailsPerHour'],
];

const FLAGS: ReadonlyMap<string, string> = new Map([
  ...SETTINGS_FROM_OPTIONS.map(([option, setting]) => [setting, flagOfOption(option)] as const),
  ['mailTemplate.subject', '--mail-subject'],
  ['mailTemplate.text', '--mail-text-file'],
  ['mailTemplate.html', '--mail-html-file'],
]);

/** A problem with a setting, said of the flag that the person typed: `redirectUrl is required` of `--redirect-url`. */
export function namingFlag(problem: string): string {
  return problem.replace(/^[A-Za-z.]+/, (setting) => FLAGS.get(setting) ?? setting);
}

function flagOfOption(option: string): string {
  return `--${option.replace(/[A-Z]/g, '-$&').toLowerCase()}`;
}
