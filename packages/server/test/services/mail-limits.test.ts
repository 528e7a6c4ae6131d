import { describe, expect, it } from 'vitest';
import { mailboxOf, networkOf } from '../../src/services/mail-limits.js';

describe('what sign-in mails are counted by', () => {
  it.each([
    ['ada@example.com', 'ada@example.com'],
    ['ada+tag@example.com', 'ada@example.com'],
    ['ada+a+b@example.com', 'ada@example.com'],
    ['a.d.a@example.com', 'ada@example.com'],
    ['a.d.a+x.y@example.com', 'ada@example.com'],
    ['+tag@example.com', '+tag@example.com'],
    ['ada@mail.example.com', 'ada@mail.example.com'],
  ])('M6: %s counts as %s', (address, mailbox) => {
    expect(mailboxOf(address)).toBe(mailbox);
  });

  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::1', '2001:db8:1:2::/64'],
    ['2001:db8:1:2:ffff:ffff:ffff:ffff', '2001:db8:1:2::/64'],
    ['2001:db8:1:3::1', '2001:db8:1:3::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['1::', '1:0:0:0::/64'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:201', '192.0.2.1'],
    ['unknown', 'unknown'],
    ['', ''],
  ])('M6: client %s counts as %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});
