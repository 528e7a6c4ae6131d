/**
 * S21: whatever a stranger's text can reach, fed with the worst texts of 100 KB that we know of. Nothing is timed: what
 * takes more than linear time here would take minutes, and so the time that a test has.
 */
import { expect, it } from 'vitest';
import { escapeLogText } from '../../src/config/index.js';
import { printableField } from '../../src/config/printable-field.js';
import { parseEmailAddress } from '../../src/domain/email-address.js';
import { checkMailTemplate } from '../../src/domain/mail-template.js';
import { parseRedirectUrl } from '../../src/domain/redirect-url.js';
import { readBearer } from '../../src/http/bearer.js';
import { matchesEtag } from '../../src/http/etag.js';
import { createHostCheck } from '../../src/http/host-check.js';
import { html } from '../../src/http/html.js';
import { isMediaType } from '../../src/http/media-type.js';
import { readForm } from '../../src/http/read-form.js';
import { readJson } from '../../src/http/read-json.js';
import { renderMailboxMessagePage } from '../../src/pages/index.js';
import { describeDevice } from '../../src/services/device-name.js';
import { mailboxOf, networkOf } from '../../src/services/mail-limits.js';
import { isSecretShaped, parseTypedCode } from '../../src/services/secrets.js';
import { httpRequest } from '../support/http-request.js';

const LENGTH = 100_000;
const SEEDS =
  'a|.|a.|@|a@|-|=|%|%20|&|&=|{|{a|[|<|"| |\t|\r|\n|/|\\|+|*|#|;|; |, |W/"|ey|eyJ|eyJaaaaaaaa.|-----BEGIN |-----BEGIN A|http://|1|1:|::|é|１|。|\u200b';
const LONG_TEXTS = SEEDS.split('|')
  .map((seed) => seed.repeat(LENGTH / seed.length))
  .flatMap((text) => [
    text,
    `${text}!`,
    `a@${text}`,
    `Bearer ${text}`,
    `https://${text}`,
    `http://a/?${text}`,
  ]);

const NO_TEMPLATE = { subject: null, text: null, html: null };
const isHost = createHostCheck(['auth.example']);

const READERS: readonly (readonly [name: string, read: (text: string) => unknown])[] = [
  ['address', parseEmailAddress],
  ['address as it is counted', mailboxOf],
  ['client address as it is counted', networkOf],
  ['typed code', parseTypedCode],
  ['secret', isSecretShaped],
  ['User-Agent', describeDevice],
  ['Host', isHost],
  ['Authorization', readBearer],
  ['Content-Type', (text) => isMediaType(text, 'application/json')],
  ['If-None-Match', (text) => matchesEtag(text, '"tag"')],
  ['form', (text) => readForm(httpRequest({ body: text })).catch(({ code }) => code)],
  ['JSON', (text) => readJson(httpRequest({ body: { email: text } }))],
  ['text on a page', (text) => html`<p title="${text}">${text}</p>`],
  ['log field', (text) => printableField('field', text)],
  ['log line', escapeLogText],
  ['redirect URL', parseRedirectUrl],
  ['mail template', (text) => checkMailTemplate({ subject: text, text, html: text }, NO_TEMPLATE)],
  [
    'mail in the mailbox',
    (text) => renderMailboxMessagePage({ id: '1', to: '', subject: '', text, createdAt: 0 }),
  ],
];

it.each(READERS)('S21: the %s is read in time', async (_name, read) => {
  const readings = LONG_TEXTS.map(async (text) => read(text));
  expect(await Promise.all(readings)).toHaveLength(LONG_TEXTS.length);
});
