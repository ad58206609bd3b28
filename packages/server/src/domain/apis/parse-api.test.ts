import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import { randomSecret } from '../../platform/random/random.ts'
import { createSealer } from '../../platform/sealing/sealing.ts'
import { migrations } from '../schema/migrations.ts'
import { createApi } from './create-api.ts'
import { listOperatorsApis } from './list-apis.ts'
import { parseApi } from './parse-api.ts'

const vectors = new URL('../../../../../../shared/vectors/naughty-strings/blns.json', import.meta.url)
const audience = 'https://api.example.com'
const described = { audience, scopes: ['a'] }

test.each([
  ['the least that is needed', { audience }],
  ['a URN', { audience: 'urn:example:orders' }],
  ['the shortest life', { audience, lifetimeSeconds: 1 }],
  ['every algorithm', { audience, algorithm: 'HS256' }],
  ['a name in any script', { audience, name: '注文 API' }],
])('%s can be registered', (_, input) => {
  expect(parseApi(input)).toEqual({
    ok: true,
    api: {
      name: input.audience,
      scopes: [],
      scopeDescriptions: {},
      permissions: [],
      lifetimeSeconds: 150,
      algorithm: 'ES256',
      ...input,
    },
  })
})

test('a description belongs to the longest scope that it begins with, and the last one counts', () => {
  const scopeDescriptions = ['a=See a', 'a=b=See b = c', 'a=See what a is']
  expect(parseApi({ audience, scopes: ['a', 'a=b', 'c'], scopeDescriptions })).toMatchObject({
    ok: true,
    api: { scopeDescriptions: { a: 'See what a is', 'a=b': 'See b = c' } },
  })
})

test.each([
  ['no URI', { audience: 'orders' }, /absolute URI/],
  ['RFC 8707 §2: a fragment', { audience: `${audience}#a` }, /fragment/],
  ['a blank in the audience', { audience: `${audience}/a b` }, /blanks/],
  ['an audience of 10 kB', { audience: `urn:${'a'.repeat(10_000)}` }, /absolute URI/],
  ['a name that nobody sees', { audience, name: ' ' }, /1 to 128/],
  ['a name turned around', { audience, name: 'a\u202eb' }, /invisible/],
  ['RFC 6749 §3.3: a scope of two words', { audience, scopes: ['a b'] }, /scope/],
  ['a description of a scope that the API has not', { ...described, scopeDescriptions: ['b=See b'] }, /description/],
  ['a description without scope', { ...described, scopeDescriptions: ['See a'] }, /description/],
  ['an empty description', { ...described, scopeDescriptions: ['a='] }, /description/],
  ['a description turned around', { ...described, scopeDescriptions: ['a=a\u202eb'] }, /description/],
  ['a description of 10 kB', { ...described, scopeDescriptions: [`a=${'a'.repeat(10_000)}`] }, /description/],
  ['no life', { audience, lifetimeSeconds: 0 }, /lifetime/],
  ['half a second', { audience, lifetimeSeconds: 1.5 }, /lifetime/],
  ['a life without end', { audience, lifetimeSeconds: Number.POSITIVE_INFINITY }, /lifetime/],
  ['a scope of the Admin API', { audience, scopes: ['accounts:read'] }, /Admin API.*bank:accounts:read/],
  ['RFC 8725 §3.1: the algorithm none', { audience, algorithm: 'none' }, /algorithm/],
])('%s is refused with a sentence', (_, input, sentence) => {
  expect(parseApi(input)).toEqual({ ok: false, sentence: expect.stringMatching(sentence) })
})

forEachDatabase('APIs', ({ open }) => {
  test.skipIf(!existsSync(vectors))(
    'each naughty string as a name is stored and read back exactly, or refused with a sentence; no scope and no audience is half taken',
    async () => {
      const database = await open({ migrations })
      const sealer = createSealer([randomSecret()])
      const strings: string[] = JSON.parse(readFileSync(vectors, 'utf8'))
      const names: string[] = []
      for (const [index, text] of strings.entries()) {
        for (const input of [{ audience: text }, { audience, scopes: [text] }]) {
          const parsed = parseApi(input)
          if (!parsed.ok) expect(parsed.sentence, text).toMatch(/^[A-Z].*\.$/)
          else expect([parsed.api.audience, ...parsed.api.scopes], text).toContain(text)
        }
        const named = parseApi({ audience: `urn:example:${index}`, name: text })
        if (!named.ok) {
          expect(named.sentence, text).toMatch(/^[A-Z].*\.$/)
          continue
        }
        expect(await database.write((tx) => createApi(tx, sealer, named.api, 'cli'))).toMatchObject({ ok: true })
        names.push(text)
      }
      expect(names.length).toBeGreaterThan(400)
      expect((await listOperatorsApis(database.read)).map(({ name }) => name).sort()).toEqual(names.sort())
    },
  )
})
