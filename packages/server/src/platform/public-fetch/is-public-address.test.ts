import { networkInterfaces } from 'node:os'
import { expect, test } from 'vitest'
import { isPublicAddress } from './is-public-address.ts'

test.each(['1.1.1.1', '8.8.8.8', '172.32.0.1', '223.255.255.255', '2606:4700:4700::1111', '2a00:1450:4001::200e'])(
  'RFC 6890: %s is of the public internet',
  (address) => {
    expect(isPublicAddress(address)).toBe(true)
  },
)

test.each([
  '0.0.0.0',
  '10.1.2.3',
  '100.64.0.1',
  '127.0.0.1',
  '127.255.255.254',
  '168.63.129.16',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.8',
  '192.0.2.1',
  '192.168.1.1',
  '198.18.0.1',
  '198.51.100.1',
  '203.0.113.1',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:8.8.8.8',
  '::127.0.0.1',
  '64:ff9b::7f00:1',
  '64:ff9b:1::1',
  '100::1',
  '2001::1',
  '2001:db8::1',
  '2002:7f00:1::1',
  '3fff::1',
  'fc00::1',
  'fd12:3456::1',
  'fe80::1',
  'fec0::1',
  'ff02::1',
])('RFC 6890: %s is not', (address) => {
  expect(isPublicAddress(address)).toBe(false)
})

test.each(['', 'localhost', '2130706433', '0x7f.1', '127.1', '1.1.1.1.1', '[2606:4700::1]'])(
  'what is no address in its usual form is not: %s',
  (text) => {
    expect(isPublicAddress(text)).toBe(false)
  },
)

test('an address of this machine is not, whichever it is', () => {
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  expect(own.length).toBeGreaterThan(0)
  for (const { address } of own) expect(isPublicAddress(address)).toBe(false)
})
