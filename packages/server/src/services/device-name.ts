/**
 * Words for the device that asked for a sign-in, shown on the confirm page (M10). Only words out of these tables are
 * ever given: `User-Agent` is text from an anonymous caller, and none of it may reach a page or a mail (M18).
 */

/** Nobody's browser sends more; what comes after is not looked at. */
const MAX_CHARACTERS = 512;

/** First match wins: most browsers name those they descend from as well. */
const BROWSERS: readonly (readonly [sign: string, name: string])[] = [
  ['Edg/', 'Edge'],
  ['EdgA/', 'Edge'],
  ['EdgiOS/', 'Edge'],
  ['OPR/', 'Opera'],
  ['SamsungBrowser/', 'Samsung Internet'],
  ['DuckDuckGo/', 'DuckDuckGo'],
  ['Vivaldi/', 'Vivaldi'],
  ['Firefox/', 'Firefox'],
  ['FxiOS/', 'Firefox'],
  ['CriOS/', 'Chrome'],
  ['Chrome/', 'Chrome'],
  ['Chromium/', 'Chromium'],
  ['Safari/', 'Safari'],
];

const SYSTEMS: readonly (readonly [sign: string, name: string])[] = [
  ['iPhone', 'iPhone'],
  ['iPad', 'iPad'],
  ['Android', 'Android'],
  ['Windows', 'Windows'],
  ['Macintosh', 'Mac'],
  ['CrOS', 'ChromeOS'],
  ['Linux', 'Linux'],
];

const UNKNOWN = 'an unknown device';

/** "Firefox on Linux", "Safari on iPhone", "a browser on Windows", "Chrome", "an unknown device". */
export function describeDevice(unverifiedUserAgent: string | undefined): string {
  const text = (unverifiedUserAgent ?? '').slice(0, MAX_CHARACTERS);
  const browser = BROWSERS.find(([sign]) => text.includes(sign))?.[1];
  const system = SYSTEMS.find(([sign]) => text.includes(sign))?.[1];
  if (system === undefined) return browser ?? UNKNOWN;
  return `${browser ?? 'a browser'} on ${system}`;
}
