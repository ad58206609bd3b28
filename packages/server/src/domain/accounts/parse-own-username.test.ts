import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalLoginName } from './canonical-login-name.ts'
import { parseOwnUsername } from './parse-own-username.ts'
import { parseUsername } from './parse-username.ts'

const email = 'Ada@Example.com'

describe('user names that people choose for themselves', () => {
  test.each([
    ['ada', 'ada'],
    ['  ada\u00a0', 'ada'],
    ['Ada Lovelace', 'Ada Lovelace'],
    ['Ada@Example.com', 'Ada@Example.com'],
    ['ADA@example.COM', 'ADA@example.COM'],
    ['Αθηνά', 'Αθηνά'],
    ['Ада', 'Ада'],
    ['עדה', 'עדה'],
    ['田中 Tanaka', '田中 Tanaka'],
    ['ada 🦊', 'ada 🦊'],
  ])('%j may be chosen', (typed, text) => {
    expect(parseOwnUsername(typed, email)).toMatchObject({ ok: true, username: { text } })
  })

  test.each([
    ['bob@example.com', 'anothers_address'],
    ['@', 'anothers_address'],
    ['ada﹫example.org', 'anothers_address'],
    ['аda', 'mixed_scripts'],
    ['pαypal', 'mixed_scripts'],
    ['Ꭺda', 'mixed_scripts'],
    ['adա', 'mixed_scripts'],
    ['   ', 'empty'],
    ['a\u202eda', 'invisible_character'],
  ])('%j may not: %s', (typed, reason) => {
    expect(parseOwnUsername(typed, email)).toMatchObject({ ok: false, reason })
  })

  test('without an address no name has an @', () => {
    expect(parseOwnUsername(email, undefined)).toMatchObject({ ok: false, reason: 'anothers_address' })
  })

  test('whatever is typed: what is taken may be stored, is in NFC, and is nobody else’s address in any spelling', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (typed) => {
        const parsed = parseOwnUsername(typed, email)
        if (!parsed.ok) {
          expect(parsed.sentence).not.toBe('')
          return
        }
        const { text, canonical } = parsed.username
        expect(parseUsername(text)).toEqual(parsed)
        expect(text).toBe(text.normalize('NFC'))
        expect([...text].length).toBeLessThanOrEqual(128)
        expect(canonical.includes('@')).toBe(canonical === canonicalLoginName(email))
        // The same name in any normal form is the same name.
        for (const form of ['NFC', 'NFD'] as const)
          expect(parseOwnUsername(text.normalize(form), email)).toEqual(parsed)
      }),
    )
  })
})
