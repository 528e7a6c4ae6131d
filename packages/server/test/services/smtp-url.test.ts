import { describe, expect, it } from 'vitest';
import { parseMailSender } from '../../src/domain/mail-sender.js';
import { parseSmtpUrl } from '../../src/domain/smtp-url.js';

describe('an SMTP URL', () => {
  it.each([
    [
      'smtp://mail.example.com',
      { host: 'mail.example.com', port: 587, implicitTls: false, startTls: 'if_offered' },
    ],
    ['smtps://mail.example.com', { port: 465, implicitTls: true }],
    ['smtp://mail.example.com:2525/', { port: 2525 }],
    ['smtp://[::1]:1025', { host: '::1', port: 1025 }],
    ['smtp://a:b@mail.example.com', { startTls: 'required', credentials: { user: 'a', password: 'b' } }],
    ['smtp://a%40b:p%2Fw%3A%25@mail.example.com', { credentials: { user: 'a@b', password: 'p/w:%' } }],
    ['smtp://a:b@127.0.0.1', { startTls: 'if_offered' }],
    ['smtp://a:b@mail.example.com?ignoreTLS=true', { startTls: 'never' }],
    ['smtp://mail.example.com?requireTLS=true', { startTls: 'required' }],
    [
      'smtp://10.0.0.1?tls.servername=mail.example.com&name=here.example',
      { tlsServerName: 'mail.example.com', clientName: 'here.example' },
    ],
  ])('%s says where mail goes and how it is protected', (text, expected) => {
    expect(parseSmtpUrl(text)).toMatchObject({ server: expected });
  });

  it.each([
    ['', 'is no URL'],
    ['mail.example.com', 'is no URL'],
    ['https://mail.example.com', 'must begin with smtp://'],
    ['smtp:', 'names no mail server'],
    ['smtp://mail.example.com/path', 'must end after the host'],
    ['smtp://mail.example.com#x', 'must end after the host'],
    ['smtp://user@mail.example.com', 'needs both a user name and a password'],
    ['smtp://:hunter2@mail.example.com', 'needs both a user name and a password'],
    ['smtp://user:%zz@mail.example.com', 'percent-encoded'],
    ['smtp://mail.example.com?requiretls=true', 'did you mean requireTLS'],
    ['smtp://mail.example.com?tls.rejectUnauthorized=false', 'is not known'],
    ['smtp://mail.example.com?requireTLS=yes', 'another value than true or false'],
    ['smtp://mail.example.com?requireTLS=true&ignoreTLS=true', 'both requireTLS and ignoreTLS'],
    ['smtp://mail.example.com?name=a%0d%0ab', 'no host name'],
    ['smtp://mail.example.com?name=a&name=b', 'twice'],
    ['smtp://mail.example.com?logger=true', 'is not known'],
  ])('%s is refused', (text, problem) => {
    expect(parseSmtpUrl(text).problem).toContain(problem);
    expect(parseSmtpUrl(text).problem).not.toContain('hunter2');
  });
});

describe('a mail sender', () => {
  it.each([
    ['no-reply@example.com', { name: '', address: 'no-reply@example.com' }],
    ['<no-reply@example.com>', { name: '', address: 'no-reply@example.com' }],
    ['Paper Boats <no-reply@Example.com>', { name: 'Paper Boats', address: 'no-reply@example.com' }],
    ['Böte, Söhne & Co <no-reply@example.com>', { name: 'Böte, Söhne & Co' }],
  ])('%s is read', (text, sender) => {
    expect(parseMailSender(text)).toMatchObject({ sender });
  });

  it.each([
    '',
    'nobody',
    'a@b.example, c@d.example',
    'A <a@b.example> <c@d.example>',
    'A <a@b.example',
    'A <a@b.example>x',
    '"A" <a@b.example>',
    'A\r\nBcc: c@d.example <a@b.example>',
    `${'A'.repeat(81)} <a@b.example>`,
  ])('M12: %j is refused', (text) => {
    expect(parseMailSender(text).problem).toBeTypeOf('string');
  });
});
