import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync(new URL('../../assets/style.css', import.meta.url), 'utf8');

function colours(block: string): Map<string, string> {
  return new Map(
    [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name = '', value = '']) => [name, value]),
  );
}

const [light = '', dark = ''] = [...css.matchAll(/:root \{([^}]*)\}/g)].map(([, block]) => block);

/** WCAG 2.2, "relative luminance" and "contrast ratio". */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => {
    const part = Number.parseInt(colour.slice(start, start + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [lighter = 0, darker = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (lighter + 0.05) / (darker + 0.05);
}

const TEXT = [
  ['text', 'surface'],
  ['text', 'ground'],
  ['text', 'tint'],
  ['text', 'note-tint'],
  ['muted', 'surface'],
  ['muted', 'ground'],
  ['muted', 'tint'],
  ['muted', 'watermark'],
  ['accent', 'surface'],
  ['accent', 'ground'],
  ['accent-strong', 'surface'],
  ['on-accent', 'accent'],
  ['on-accent', 'accent-strong'],
  ['problem', 'surface'],
] as const;

describe.each([
  ['light', colours(light)],
  ['dark', colours(dark)],
])('colours, %s', (_scheme, palette) => {
  it.each(TEXT)('%s on %s is readable: 4.5 to 1', (text, ground) => {
    expect(contrast(palette.get(text) ?? '', palette.get(ground) ?? '')).toBeGreaterThanOrEqual(4.5);
  });

  it.each([
    ['field-line', 'surface'],
    ['accent', 'surface'],
    ['problem', 'surface'],
    ['note-line', 'note-tint'],
  ])('%s on %s can be made out: 3 to 1', (line, ground) => {
    expect(contrast(palette.get(line) ?? '', palette.get(ground) ?? '')).toBeGreaterThanOrEqual(3);
  });
});

it('takes nothing from elsewhere', () => {
  expect(css).not.toMatch(/https?:|@import|url\("?\/\//);
});

it('moves only for those who did not ask for less motion', () => {
  expect(css.match(/transition:|animation:/g)).toHaveLength(1);
  expect(css).toMatch(/@media \(prefers-reduced-motion: no-preference\) \{[^@]*transition:/);
});
