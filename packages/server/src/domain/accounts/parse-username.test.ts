import { describe, expect, test } from 'vitest'
import { parseEmail } from './parse-email.ts'
import { parseUsername } from './parse-username.ts'

function canonicalOf(text: string): string | undefined {
  const parsed = parseUsername(text)
  return parsed.ok ? parsed.username.canonical : undefined
}

describe('user names', () => {
  test.each([
    ['ada', 'ada'],
    ['Ada Lovelace', 'ada lovelace'],
    ['<script>alert(1)</script>', '<script>alert(1)</script>'],
    ["'; DROP TABLE account; --", "'; drop table account; --"],
    ['ÀÉ', 'àé'],
    ['Ａｄａ', 'ada'],
    ['ﬁve²', 'five2'],
    ['a\ufe0f', 'a'],
    ['田中さん', '田中さん'],
    ['😍', '😍'],
    ['a'.repeat(128), 'a'.repeat(128)],
    ['😍'.repeat(128), '😍'.repeat(128)],
  ])('%j may be stored, and is compared as %j', (text, canonical) => {
    expect(parseUsername(text)).toEqual({ ok: true, username: { text, canonical } })
  })

  test('are stored in NFC', () => {
    expect(parseUsername('e\u0301')).toMatchObject({ ok: true, username: { text: '\u00e9' } })
  })

  test.each([
    ['', 'empty'],
    ['a'.repeat(129), 'too_long'],
    ['a'.repeat(1025), 'too_long'],
    [' ada', 'outer_blank'],
    ['ada ', 'outer_blank'],
    ['\u00a0ada', 'outer_blank'],
    ['\u3000', 'outer_blank'],
    ['a\0b', 'invisible_character'],
    ['a\nb', 'invisible_character'],
    ['a\u2028b', 'invisible_character'],
    ['a\u202eb', 'invisible_character'],
    ['a\u200db', 'invisible_character'],
    ['\ufeffada', 'invisible_character'],
    ['a\ud800', 'invisible_character'],
    ['\udc00a', 'invisible_character'],
    ['\ue000', 'invisible_character'],
    ['\uffff', 'invisible_character'],
    ['\u3164', 'invisible_character'],
  ])('%j is refused: %s', (text, reason) => {
    expect(parseUsername(text)).toEqual({ ok: false, reason, sentence: expect.stringMatching(/^[A-Z].*\.$/) })
  })

  test('RFC 8265 §3.3: names that differ in case or width are the same', () => {
    expect(canonicalOf('ADA')).toBe(canonicalOf('ada'))
    expect(canonicalOf('ＡＤＡ')).toBe(canonicalOf('ada'))
    expect(canonicalOf('ÉMILE')).toBe(canonicalOf('e\u0301mile'))
    expect(canonicalOf('bob＠example.com')).toBe('bob@example.com')
  })
})

describe('e-mail addresses', () => {
  test.each([
    'ada@example.com',
    'Ada.Lovelace+news@Example.COM',
    "o'brien@example.co.uk",
    'ada@localhost',
    'δοκιμή@παράδειγμα.δοκιμή',
    `${'a'.repeat(64)}@example.com`,
  ])('%j may be stored', (text) => {
    expect(parseEmail(text)).toEqual({ ok: true, email: { text, canonical: text.toLowerCase() } })
  })

  test.each([
    '',
    'ada',
    '@example.com',
    'ada@',
    'ada@@example.com',
    'a b@example.com',
    '"a b"@example.com',
    'ada@[192.0.2.1]',
    '.ada@example.com',
    'ada..b@example.com',
    'ada@-example.com',
    'ada@example-.com',
    'ada@example..com',
    'ada@example.com.',
    'ada@example.com\r\nBcc: eve@example.com',
    'ada\0@example.com',
    'a\u202eb@example.com',
    `${'a'.repeat(65)}@example.com`,
    `ada@${'a'.repeat(64)}.com`,
    `ada@${'a.'.repeat(130)}com`,
    '<ada@example.com>',
    'ﬁne@example.com',
    'ａｄａ@example.com',
    'ada\ufe0f@example.com',
    'ada@ex\u3164ample.com',
    'ada@mail⒈example.com',
    '=?utf-8?q?eve=40example.org?=@example.com',
  ])('%j is refused', (text) => {
    expect(parseEmail(text)).toEqual({ ok: false, reason: 'not_an_email', sentence: expect.any(String) })
  })
})
