import { expect, test } from 'vitest'
import { protectOperands } from './protect-operands.ts'

const id = '-tDDfkeOgBiDOwG3frkrqEyFDx56eyjQ8OuqXOeU06A'

test.each([
  [
    ['key', 'compromised', id, '--json'],
    ['key', 'compromised', '--json', '--', id],
  ],
  [
    ['session', 'revoke', '--cIBdX9gIL6gj5l3bZg0bbR'],
    ['session', 'revoke', '--', '--cIBdX9gIL6gj5l3bZg0bbR'],
  ],
  [
    ['client', 'create', '--type', 'public', '--post-logout-redirect-uri', 'https://a.example/'],
    ['client', 'create', '--type', 'public', '--post-logout-redirect-uri', 'https://a.example/'],
  ],
  [
    ['client', 'create', '--backchannel-logout-session-required', '--backchannel-logout-uri', 'https://a.example/'],
    ['client', 'create', '--backchannel-logout-session-required', '--backchannel-logout-uri', 'https://a.example/'],
  ],
  [
    ['client', 'revoke', '--client-id', id],
    ['client', 'revoke', '--client-id', id],
  ],
  [
    ['account', 'create', '--generate-password'],
    ['account', 'create', '--generate-password'],
  ],
  [
    ['session', 'revoke', '--wait', id, '--json'],
    ['session', 'revoke', '--wait', '2s', '--json', '--', id],
  ],
  [
    ['token', 'revoke', '--wait', 'eyJhbGciOiJFUzI1NiJ9.e30.c2lnbmF0dXJl'],
    ['token', 'revoke', '--wait', '2s', 'eyJhbGciOiJFUzI1NiJ9.e30.c2lnbmF0dXJl'],
  ],
  [
    ['account', 'log-out', '--wait', '5s', '--username', 'ada'],
    ['account', 'log-out', '--wait', '5s', '--username', 'ada'],
  ],
  [
    ['session', 'revoke', '--', id],
    ['session', 'revoke', '--', id],
  ],
])('%j is read as %j', (given, read) => {
  expect(protectOperands(given)).toEqual(read)
})
