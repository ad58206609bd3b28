import { describe, expect, test } from 'vitest'
import { parseRole } from './parse-role.ts'

describe('roles', () => {
  test.each(['editor', 'billing:read', 'a'.repeat(64)])('%j is one', (text) => {
    expect(parseRole(text)).toEqual({ ok: true, role: text })
  })

  test.each(['', 'two words', 'a"b', 'a\\b', 'é', 'a\0', 'a'.repeat(65)])('%j is refused', (text) => {
    expect(parseRole(text)).toMatchObject({ ok: false, reason: 'not_a_role' })
  })
})
