import { describe, expect, it } from 'vitest'
import { identityScopes } from '../domain/names/identity-scopes.ts'
import { languages } from '../platform/html/language.ts'
import { describeScopes } from './describe-scopes.ts'

const api = { name: 'Orders <b>', scopeDescriptions: { 'orders:read': 'See your <i>orders</i>' } }

describe('scopes in words', () => {
  it('an API’s scope has the operator’s words, escaped, with its own name beside them', () => {
    expect(describeScopes(['orders:read'], api, 'en').map(String)).toEqual([
      '<bdi>See your &lt;i&gt;orders&lt;/i&gt;</bdi> <small><bdi>orders:read</bdi> · <bdi>Orders &lt;b&gt;</bdi></small>',
    ])
  })

  it.each([
    ['that has no description', 'orders:write'],
    ['that is named like something every object has', 'constructor'],
  ])('a scope %s is shown as it is', (_, scope) => {
    const [shown] = describeScopes([scope], api, 'en').map(String)
    expect(shown).toBe(`<bdi>${scope}</bdi> · <bdi>Orders &lt;b&gt;</bdi>`)
  })

  it('of an API that is not registered any more the scope is left', () => {
    expect(describeScopes(['orders:read'], undefined, 'en').map(String)).toEqual(['<bdi>orders:read</bdi>'])
  })

  it.each(languages)('OpenID Connect Core §5.4, §11: every identity scope has words of its own in %s', (language) => {
    const words = describeScopes(identityScopes, undefined, language).map(String)
    expect(new Set(words).size).toBe(identityScopes.length)
    for (const text of words) expect(text).not.toMatch(/<|_/)
  })
})
