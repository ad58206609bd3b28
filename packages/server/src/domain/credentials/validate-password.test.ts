import { expect, test } from 'vitest'
import { validatePassword } from './validate-password.ts'

const context = { username: 'ada.lovelace', email: 'countess@analytical.org', issuerHost: 'login.example.com' }

test.each([
  ['', 'too_short'],
  ['fourteen chars', 'too_short'],
  // 14 characters, however many code units or bytes they are.
  ['😍🚀🎈🌵🍋🐙🎻🧭🪁🌋🏺🦔🧵🪐', 'too_short'],
  // In NFC these 16 code points are 15 characters less one.
  ['e\u0301e\u0301 xqzrtvbkmwj', 'too_short'],
  [`${'0123456789 correct horse battery '.repeat(8)}x`, 'too_long'],
  ['correct horse\nbattery staple', 'not_text'],
  ['correct horse\0battery staple', 'not_text'],
  ['correct horse \ud800 battery staple', 'not_text'],
  ['aaaaaaaaaaaaaaaa', 'repeated'],
  ['abcabcabcabcabc', 'repeated'],
  ['xq7xq7xq7xq7xq7xq7', 'repeated'],
  ['xK9$xK9$xK9$xK9$', 'repeated'],
  ['horselamphorselamp', 'repeated'],
  ['aaaaaaaabbbbbbbb', 'repeated'],
  ['xq'.repeat(100), 'repeated'],
  ['k%X9'.repeat(64), 'repeated'],
  ['a'.repeat(256), 'repeated'],
  ['123456789012345', 'sequence'],
  ['987654321098765', 'sequence'],
  ['abcdefghijklmnop', 'sequence'],
  ['qwertyuiopasdfgh', 'sequence'],
  ['qwertzuiopasdfgh', 'sequence'],
  ['zyxwvutsrqponmlk', 'sequence'],
  ['2wsx3edc4rfv5tgb', 'sequence'],
  ['!QAZ"WSX§EDC$RFV!qaz', undefined],
  // On the list as they are.
  ['passwordpassword', 'common'],
  ['1qaz2wsx3edc4rfv', 'common'],
  ['password1234567', 'common'],
  ['Password1234567!', 'common'],
  ['P4$$w0rd1234567!', 'common'],
  ['iloveyouforever1', 'common'],
  ['sunshineprincess', 'common'],
  ['Summer2026Winter', 'common'],
  ['ostiaryostiary1', 'contextual'],
  ['ada.lovelace1234', 'contextual'],
  ['AdaLovelace2026!', 'contextual'],
  ['countess@analytical.org', 'contextual'],
  ['login.example.com', 'contextual'],
  ['ostiary-password', 'common'],
  ['ostiary.example.login', 'contextual'],
  ['correct horse battery staple', undefined],
  ['winterbatteryhorse lamp', undefined],
  ['my dog ate 3 of our shoes', undefined],
  ['kX9#mQ2$vL7@pR4', undefined],
  ['839105736291845', undefined],
  ['naïve Zürcher Nüsse', undefined],
  ['田中さんは毎朝六時に起きて走る', undefined],
  ['😍🚀🎈🌵🍋🐙🎻🧭🪁🌋🏺🦔🧵🪐🪞', undefined],
  // A word from a list, or one's own name, is no reason when the rest is worth enough.
  ['ada.lovelace mows lawns', undefined],
  ['dragons in the fjord', undefined],
  ['               ', 'repeated'],
] as const)('%j: %s', async (password, reason) => {
  const validation = await validatePassword(password, context)
  expect(validation.ok ? undefined : validation.reason).toBe(reason)
  if (!validation.ok) expect(validation.sentence).toMatch(/^[A-Z].*\.$/)
})

test('what is worth enough at its end is enough, however little its beginning is worth', async () => {
  expect(await validatePassword(`${'a'.repeat(100)}kX9#mQ2$vL7@pR4`, context)).toEqual({ ok: true })
  expect(await validatePassword(`kX9#mQ2$vL7@pR4${'a'.repeat(100)}`, context)).toEqual({ ok: true })
})

test('256 characters are accepted', async () => {
  const long = Array.from({ length: 256 }, (_, index) => String.fromCodePoint(0x4e00 + index * 31)).join('')
  expect(await validatePassword(long, context)).toEqual({ ok: true })
})

test('a sentence says what to do and never repeats the password', async () => {
  const short = await validatePassword('hunter2', context)
  expect(short).toMatchObject({ reason: 'too_short', sentence: expect.stringContaining('Use at least 15 characters.') })
  expect(JSON.stringify(short)).not.toContain('hunter2')
})

test('names of one or two characters forbid nothing', async () => {
  const validation = await validatePassword('we ate eel soup at ten', { username: 'e', issuerHost: 'a.io' })
  expect(validation).toEqual({ ok: true })
})
