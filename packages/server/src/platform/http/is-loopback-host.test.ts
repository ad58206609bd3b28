import { expect, test } from 'vitest'
import { isLoopbackAddress, isLoopbackHost } from './is-loopback-host.ts'

test.each(['localhost', 'a.localhost', 'a.b.localhost', '127.0.0.1', '127.255.255.254', '::1', '[::1]'])(
  'RFC 6761 §6.3: %s never leaves this machine',
  (host) => expect(isLoopbackHost(host)).toBe(true),
)

test.each([
  ...[
    '',
    '.localhost',
    'xlocalhost',
    'localhost.',
    'localhost.example',
    'localhosts',
    '127.0.0.1.example',
    'x127.0.0.1',
  ],
  ...[
    '127.0.0',
    '127.0.0.1.1',
    '127.0.0.1234',
    '127.a.0.1',
    '127.0.0.',
    '128.0.0.1',
    '1127.0.0.1',
    '0.0.0.0',
    '::',
    '::11',
    'x::1',
    '[::1]x',
  ],
])('%j may', (host) => expect(isLoopbackHost(host)).toBe(false))

test.each(['127.0.0.1', '127.9.9.9', '127.255.255.254', '::1', '::ffff:127.0.0.1', '::FFFF:127.0.0.1'])(
  'RFC 4291 §2.5.5.2: a connection from %s is of this machine',
  (address) => expect(isLoopbackAddress(address)).toBe(true),
)

test.each([
  undefined,
  '',
  'localhost',
  '[::1]',
  '::2',
  '::1x',
  'x::1',
  'fe80::1',
  '2001:db8::1',
  '::1234',
  '::1:2',
  '::ffff:10.0.0.1',
  '10.0.0.1',
  '127.0.0',
  '127.0.0.1.1',
  '127.0.0.1234',
  '127.00.0.1',
  '127.256.0.1',
  '::ffff:::1',
  '1127.0.0.1',
  '::ffff:127.a.0.1',
])('from %j is not', (address) => expect(isLoopbackAddress(address)).toBe(false))
