import { expect, test } from 'vitest'
import { parseNetwork } from './parse-network.ts'
import { throttleSubject } from './throttle-subject.ts'

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['127.0.0.1', '127.0.0.1'],
  // RFC 4291 §2.5.5.2: IPv4-mapped.
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['::FFFF:cb00:7107', '203.0.113.7'],
  ['0:0:0:0:0:ffff:203.0.113.7', '203.0.113.7'],
  // RFC 6177: one site, one /64.
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002:ffff:ffff:ffff:ffff', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['::', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['64:ff9b::203.0.113.7', '64:ff9b:0:0::/64'],
  [undefined, 'unknown'],
  ['', 'unknown'],
  ['localhost', 'unknown'],
  ['203.0.113.256', 'unknown'],
  ['203.0.113.7:443', '203.0.113.7'],
  ['[2001:db8::1]', '2001:db8:0:0::/64'],
  ['[2001:db8::1]:51234', '2001:db8:0:0::/64'],
  ['[::ffff:203.0.113.7]:80', '203.0.113.7'],
  ['203.0.113.7:', 'unknown'],
  ['203.0.113.7:443:443', 'unknown'],
  ['203.0.113.256:443', 'unknown'],
  ['[203.0.113.7]:x', 'unknown'],
  ['2001:db8::1::2', 'unknown'],
  ["'; DROP TABLE throttle; --", 'unknown'],
])('%j is the network %s', (address, network) => {
  expect(parseNetwork(address)).toBe(network)
})

test('the next /64 is another network', () => {
  expect(parseNetwork('2001:db8:1:3::1')).not.toBe(parseNetwork('2001:db8:1:2::1'))
})

test('login names that mean one account are one subject, and no name is stored', () => {
  const subject = throttleSubject('Ada', '203.0.113.7')
  for (const same of ['ada', ' ADA ', 'ＡＤＡ', `${' '.repeat(2000)}ada\n`, `a${'\ufe0f'.repeat(900)}da`])
    expect(throttleSubject(same, '::ffff:203.0.113.7')).toEqual(subject)
  expect(throttleSubject('adam', '203.0.113.7').keys.account).not.toBe(subject.keys.account)
  expect(JSON.stringify(subject).toLowerCase()).not.toContain('ada"')
  expect(subject.keys.account).toMatch(/^account:[A-Za-z0-9_-]{43}$/)
})

test('any text makes keys of one length', () => {
  for (const login of ['', '\0', '\ud800', 'a'.repeat(1_000_000)])
    expect(throttleSubject(login, '203.0.113.7').keys.pair).toMatch(/^pair:[A-Za-z0-9_-]{43}$/)
})
