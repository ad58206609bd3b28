import fc from 'fast-check'
import { expect, test } from 'vitest'
import { askedToken } from '../../testing/follow-issuer.ts'
import { type Denial, DenySet } from './deny-set.ts'
import { hashIdentifier } from './hash-identifier.ts'
import { type FeedRecord, parseRecord } from './parse-record.ts'
import { toDeniableToken } from './to-deniable-token.ts'

const names = ['a', 'b', 'c'] as const
const timed = new Set(['u', 'c', 'a', 'r'])
const claimsOf = { s: ['sid'], r: ['sid', 'sub'], j: ['jti'], u: ['sub'], c: ['client_id'], k: ['kid'] } as const

interface Written {
  readonly k: 's' | 'j' | 'u' | 'c' | 'a' | 'r' | 'k'
  readonly name: (typeof names)[number]
  readonly t: number
  readonly x: number
}

const written: fc.Arbitrary<Written> = fc.record({
  k: fc.constantFrom('s', 'j', 'u', 'c', 'a', 'r', 'k'),
  name: fc.constantFrom(...names),
  t: fc.integer({ min: 0, max: 20_000 }),
  x: fc.integer({ min: 0, max: 600 }),
})
const bearer = fc.record({
  sid: fc.constantFrom(...names, undefined),
  jti: fc.constantFrom(...names),
  sub: fc.constantFrom(...names),
  client_id: fc.constantFrom(...names),
  iat: fc.integer({ min: 0, max: 20 }),
  kid: fc.constantFrom(...names),
})

function toRecord({ k, name, t, x }: Written, index: number): FeedRecord {
  const i = k === 'a' ? undefined : hashIdentifier(name)
  // A moment that the kind doesn't know is no more than an unknown member.
  const hasMoment = timed.has(k) || t % 2 === 0
  const record = parseRecord(JSON.stringify({ n: index + 1, k, i, t: hasMoment ? t : undefined, x }))
  if (record === undefined) throw new Error('It is no record')
  return record
}

/** The table of kinds in docs/reference/revocation-feed.md, word by word. */
function answerByModel(
  records: readonly Written[],
  token: Record<string, unknown> & { readonly iat: number },
): Denial | undefined {
  const concerning = records.filter(({ k, name, t }) => {
    const isInTime = !timed.has(k) || token.iat * 1000 <= t
    return isInTime && (k === 'a' || claimsOf[k].some((claim) => token[claim] === name))
  })
  if (concerning.some(({ k }) => k !== 'r')) return 'token_revoked'
  return concerning.length > 0 ? 'refresh_required' : undefined
}

test('the feed’s reference, "Records": 10,000 tokens are answered as the table of kinds says', () => {
  const counts = { token_revoked: 0, refresh_required: 0, accepted: 0 }
  fc.assert(
    fc.property(
      fc.array(written, { maxLength: 6 }),
      fc.array(bearer, { minLength: 20, maxLength: 20 }),
      (records, tokens) => {
        const set = new DenySet()
        for (const record of records.map(toRecord)) set.apply(record)
        for (const token of tokens) {
          const { claims } = askedToken(token)
          const answer = set.find(toDeniableToken(claims, token.kid))
          expect(answer).toBe(answerByModel(records, token))
          counts[answer ?? 'accepted'] += 1
        }
      },
    ),
    { numRuns: 500 },
  )
  expect(Math.min(...Object.values(counts))).toBeGreaterThan(100)
})

test('the feed’s reference, "What a guard does" 5: no record goes before its time, and all go some time after it', () => {
  fc.assert(
    fc.property(
      fc.array(written, { maxLength: 10 }),
      bearer,
      fc.integer({ min: 0, max: 700 }),
      (records, token, now) => {
        const set = new DenySet()
        for (const record of records.map(toRecord)) set.apply(record)
        set.forget(now)
        const deniable = toDeniableToken(askedToken(token).claims, token.kid)
        const left = answerByModel(
          records.filter(({ x }) => x >= now),
          token,
        )
        if (left === 'token_revoked') expect(set.find(deniable)).toBe('token_revoked')
        if (left === 'refresh_required') expect(set.find(deniable)).toBeDefined()
        set.forget(now + 700)
        expect([set.size, set.find(deniable)]).toEqual([0, undefined])
      },
    ),
  )
})

test('RFC 9562 §5.7: a token was issued at the milliseconds of its UUIDv7, else at its iat', () => {
  const at = (jti: string) => toDeniableToken(askedToken({ jti, iat: 5 }).claims, undefined).issuedAt
  expect(at('01999999-0000-7000-8000-000000000001')).toBe(0x019999990000)
  expect(at('01999999-0000-4000-8000-000000000001')).toBe(5_000)
  expect(at('01999999-0000-7000-c000-000000000001')).toBe(5_000)
  expect(at('x01999999-0000-7000-8000-000000000001')).toBe(5_000)
})

test('the feed’s reference: a kind that nobody knows counts, and what is no record is none', () => {
  expect(parseRecord('{"n":1,"k":"z","x":5}')).toEqual({ n: 1, k: undefined })
  const wrong = ['', '[]', '{"n":0,"k":"a","t":1,"x":1}', '{"n":1.5,"k":"a","t":1,"x":1}', '{"n":1,"k":"a","x":1}']
  wrong.push('{"n":1,"k":"s","x":1}', '{"n":1,"k":"s","i":"short","x":1}', '{"n":1,"k":"a","t":1}', '{"n":"1","k":"a"}')
  expect(wrong.map(parseRecord)).toEqual(wrong.map(() => undefined))
})
