import { describe, expect, it } from 'vitest';
import { checkMailTemplate } from '../../src/domain/mail-template.js';

const NONE = { subject: null, text: null, html: null };

describe("an app's own mail texts", () => {
  it('applies the parts given and keeps the others', () => {
    const base = { subject: 'Hello', text: 'Open {link}', html: null };
    const { template, problems } = checkMailTemplate({ text: null, html: '<a href="{link}">in</a>' }, base);
    expect(problems).toEqual([]);
    expect(template).toEqual({ subject: 'Hello', text: null, html: '<a href="{link}">in</a>' });
    expect(checkMailTemplate(undefined, base).template).toEqual(base);
  });

  it.each([
    ['subject', 'Log in to {appName}: {code}'],
    ['subject', 's'.repeat(200)],
    ['text', '{link}'],
    ['text', 'Type\r\n\t{code}\n'],
    ['html', '<style>a{color:red}</style><p>{code} {codeMinutes} {linkMinutes} {appName}</p>'],
    ['html', `{link}${'x'.repeat(20 * 1024 - 6)}`],
  ])('M18: takes %s %j', (part, value) => {
    expect(checkMailTemplate({ [part]: value }, NONE).problems).toEqual([]);
  });

  it.each([
    ['subject', '', /characters long/],
    ['subject', 's'.repeat(201), /characters long/],
    ['subject', 'Hello\r\nBcc: x@y.z', /one line/],
    ['subject', 'Hello\0', /one line/],
    ['subject', 'Open {link}', /must not hold \{link\}/],
    ['subject', '{user}', /unknown placeholder \{user\}/],
    ['text', 'no way in', /\{link\} or \{code\}/],
    ['text', '{link} {lnk}', /unknown placeholder \{lnk\}, did you mean \{link\}/],
    ['text', '{link}\0', /control characters/],
    ['text', '{link}\x1b[31m', /control characters/],
    ['html', `{link}${'x'.repeat(20 * 1024 - 5)}`, /20 KiB/],
    ['html', `{link}${'ü'.repeat(10 * 1024)}`, /20 KiB/],
    ['html', '{link}\uD800', /well-formed/],
    ['html', ['{link}'], /string or null/],
    ['body', '{link}', /no part/],
  ])('M18: refuses %s %j', (part, value, problem) => {
    const { problems, template } = checkMailTemplate({ [part]: value }, NONE);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(problem);
    expect(template).toEqual(NONE);
  });

  it.each([[null], ['{link}'], [[]]])('refuses %j in place of a template', (change) => {
    expect(checkMailTemplate(change, NONE).problems).toHaveLength(1);
  });
});
