import { describe, expect, test } from 'vitest'
import { parseOrganization } from './parse-organization.ts'

describe('what an organization is called', () => {
  test.each([
    ['Blue Door', 'blue-door'],
    ['  Müller & Söhne GmbH ', 'muller-sohne-gmbh'],
    ['ﬁve²', 'five2'],
    ['--A1--', 'a1'],
    ['x'.repeat(128), 'x'.repeat(64)],
  ])('%j gets the slug %j', (name, slug) => {
    expect(parseOrganization({ name })).toEqual({ ok: true, description: { name: name.normalize('NFC').trim(), slug } })
  })

  test.each(['田中', '😍😍', '!', 'a'])('%j gives no slug, so one must be chosen', (name) => {
    expect(parseOrganization({ name })).toMatchObject({ ok: false, reason: 'slug' })
    expect(parseOrganization({ name, slug: 'chosen' })).toMatchObject({ ok: true, description: { name } })
  })

  test.each(['', ' ', 'a\0b', 'a\u202eb', 'a\nb', '\u3164', 'x'.repeat(129)])('%j is no name', (name) => {
    expect(parseOrganization({ name, slug: 'ab' })).toMatchObject({ ok: false, reason: 'name' })
  })

  // An id has an underscore, so that no slug is ever taken for one.
  test.each(['', 'a', 'A-b', 'a_b', `org_${'a'.repeat(22)}`, '-a', 'a-', 'a--b', 'é1', 'a b', 'x'.repeat(65)])(
    '%j is no slug',
    (slug) => {
      expect(parseOrganization({ name: 'Blue Door', slug })).toMatchObject({ ok: false, reason: 'slug' })
    },
  )
})
