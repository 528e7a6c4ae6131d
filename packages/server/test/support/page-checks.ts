import { expect } from 'vitest';

const count = (markup: string, pattern: RegExp) => [...markup.matchAll(pattern)].length;
const attribute = (tag: string, name: string) => new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1];

/** What can be told of a page's accessibility from its markup alone, and that nothing in it needs a laxer policy. */
export function expectAccessiblePage(markup: string): void {
  expect(markup).toMatch(/^<!doctype html>\n<html lang="en">/);
  expect(markup).toMatch(/<title>[^<]{3,}<\/title>/);
  expect(count(markup, /<h1>/g)).toBe(1);
  for (const landmark of ['header', 'main', 'footer']) {
    expect(count(markup, new RegExp(`<${landmark}[ >]`, 'g')), landmark).toBe(1);
  }
  const ids = [...markup.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
  expect(new Set(ids).size, 'ids are unique').toBe(ids.length);
  for (const [input] of markup.matchAll(/<input (?!type="hidden")[^>]*>/g)) {
    expect(markup, 'every field has its label').toContain(`<label for="${attribute(input, 'id')}">`);
    expect(attribute(input, 'autocomplete')).toBeDefined();
  }
  for (const name of ['aria-describedby', 'aria-labelledby']) {
    for (const [, value = ''] of markup.matchAll(new RegExp(` ${name}="([^"]*)"`, 'g'))) {
      for (const id of value.split(' ')) expect(ids).toContain(id);
    }
  }
  for (const [image] of markup.matchAll(/<img [^>]*>/g)) expect(image).toMatch(/ alt="/);
  for (const [frame] of markup.matchAll(/<iframe [^>]*>/g)) expect(frame).toMatch(/ title="[^"]+/);
  expect(markup).not.toMatch(/ style=|<style|<script>| on[a-z]+=|javascript:/i);
  expect(count(markup, /class="button"/g), 'at most one primary action').toBeLessThanOrEqual(1);
}
