import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { mailsOfEveryKind } from '../../../testing/sample-mails.ts'
import { type Language, languages } from '../../platform/html/language.ts'
import { ostiaryTheme } from '../../platform/html/theme.ts'
import type { Mail } from './mail.ts'
import { renderMail } from './render-mail.ts'

const vectors = path.join(import.meta.dirname, '../../../../../../shared/vectors/naughty-strings/blns.json')
const naughtyStrings: readonly string[] = existsSync(vectors) ? JSON.parse(readFileSync(vectors, 'utf8')) : []

const table = languages.flatMap((language) =>
  Object.entries(mailsOfEveryKind).map(([name, mail]) => ({ language, name, mail })),
)

/** Every text that a mail carries. */
function valuesOf(mail: Mail): readonly string[] {
  if (mail.kind === 'code') return [mail.code, mail.url]
  if (mail.kind === 'notice')
    return [mail.username, mail.network, mail.lockUrl, mail.reason].filter((value) => value !== undefined)
  if (mail.kind === 'test') return []
  return [mail.url, mail.organization ?? mail.url]
}

function unescapeHtml(markup: string): string {
  return markup
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
}

describe.each(table)('$name in $language', ({ language, mail }) => {
  const { subject, text, html } = renderMail(mail, language, ostiaryTheme)

  test('says all that it has to say, in its text and in its HTML, and nothing is left open', () => {
    for (const part of [subject, text, html]) expect(part).not.toMatch(/undefined|null|\[object|NaN|\$\{/)
    for (const value of valuesOf(mail)) {
      expect(text).toContain(value)
      expect(unescapeHtml(html)).toContain(value)
    }
    expect(subject).toContain(ostiaryTheme.name)
    expect(html).toContain(`<html lang="${language}" dir="${language === 'ar' ? 'rtl' : 'ltr'}">`)
  })

  test('shows no code where a locked screen shows it: in the subject, and in the first 160 characters behind the lead', () => {
    if (mail.kind !== 'code') return
    expect(subject).not.toContain(mail.code)
    const [, shown = ''] = /<div aria-hidden="true"[^>]*>(.*?)<\/div>/s.exec(html) ?? []
    expect(shown).not.toContain(mail.code)
    expect(shown.replaceAll(/&[^;]+;/g, ' ').length).toBeGreaterThan(200)
  })

  test('loads nothing, and is no longer than 10 kB', () => {
    expect(html).not.toMatch(/<(?:img|link|script|iframe|object|form|input)\b|url\(|@import|\ssrc=/i)
    expect(Buffer.byteLength(html)).toBeLessThan(10_000)
  })
})

test('every text is different: no two mails can be confused', () => {
  for (const language of languages) {
    const subjects = Object.values(mailsOfEveryKind).map((mail) => renderMail(mail, language, ostiaryTheme).subject)
    expect(new Set(subjects).size).toBe(new Set(Object.values(mailsOfEveryKind).map(kindOf)).size)
  }
})

function kindOf(mail: Mail): string {
  return mail.kind === 'code' ? mail.purpose : mail.kind === 'notice' ? mail.notice : mail.kind
}

test('how long a code is good is told in hours where they are whole, else in minutes', () => {
  const { code_sign_up } = mailsOfEveryKind
  const textOf = (lifetimeMinutes: number, language: Language) =>
    renderMail({ ...code_sign_up, lifetimeMinutes } as Mail, language, ostiaryTheme).text
  expect(textOf(1440, 'en')).toContain('Valid for 24 hours.')
  expect(textOf(15, 'en')).toContain('Valid for 15 minutes.')
  expect(textOf(1440, 'de')).toContain('Gültig: 24 Stunden.')
})

test('when an account goes is told where it can still be kept', () => {
  const mail = { ...mailsOfEveryKind.notice_deletion_requested } as Mail
  const dated = { ...mail, deleteAfter: Date.UTC(2026, 2, 28, 9, 26) } as Mail
  expect(renderMail(dated, 'en', ostiaryTheme).text).toContain('Deletion: March 28, 2026')
  expect(renderMail(mail, 'en', ostiaryTheme).text).not.toContain('Deletion:')
})

test.skipIf(naughtyStrings.length === 0)('a name is only ever text: naughty strings', () => {
  for (const username of naughtyStrings) {
    const mail: Mail = {
      ...{ kind: 'notice', notice: 'new_device', username, userAgent: username, network: username, at: 0 },
      lockUrl: 'https://login.example.com/account-lock?secret=x',
    }
    for (const language of languages) {
      const { subject, text, html } = renderMail(mail, language, { ...ostiaryTheme, name: username || 'x' })
      expect(subject).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e]/u)
      expect(text).not.toMatch(/[\0\r\u2028\u2029\u202a-\u202e]/)
      // The mail's own elements and no others.
      expect([...html.matchAll(/<([a-z][a-z0-9]*)/gi)].map(([, tag]) => tag)).toEqual(tagsOf(language))
      expect(html).not.toMatch(/[\0\r]/)
    }
  }
})

function tagsOf(language: 'en' | 'de' | 'ar'): readonly (string | undefined)[] {
  const mail = mailsOfEveryKind.notice_new_device
  if (mail === undefined) throw new Error('There is no such sample.')
  const { html } = renderMail(mail, language, ostiaryTheme)
  return [...html.matchAll(/<([a-z][a-z0-9]*)/gi)].map(([, tag]) => tag)
}

test.each(languages)(
  'a mail in %s ends with the terms and the privacy of its theme, in its text and in its HTML',
  (language) => {
    const mail = mailsOfEveryKind.code_recover as Mail
    const legal = { termsUrl: 'https://example.com/terms?a=1&b=2', privacyUrl: 'https://example.com/privacy' }
    const { text, html } = renderMail(mail, language, { ...ostiaryTheme, ...legal })
    expect(text.trimEnd().endsWith(`\n${legal.privacyUrl}`)).toBe(true)
    for (const url of Object.values(legal)) {
      expect(text.split('\n')).toContain(url)
      expect(unescapeHtml(html)).toContain(`href="${url}"`)
    }
    expect(renderMail(mail, language, ostiaryTheme).text).not.toContain('https://example.com')
  },
)
