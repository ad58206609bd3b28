import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { elapsedSince, takeMoment } from '../src/held-token.ts'
import { createClient } from '../src/index.ts'
import { audience, type Fault, type Front, person, startFront } from './start-front.ts'

let front: Front
beforeAll(async () => {
  front = await startFront()
})
afterAll(() => front?.[Symbol.asyncDispose]())

const passing = fc.constantFrom<Fault | undefined>(
  undefined,
  'unreachable',
  'lost',
  { status: 500 },
  { status: 503, headers: { 'retry-after': '0' } },
  { status: 429, headers: { 'retry-after': '0' } },
  { status: 200, headers: { 'content-type': 'text/html' } },
)

test('whatever faults meet any number of calls, no session ends, and the next good answer serves everybody', async () => {
  const runs = fc.array(
    fc.record({ faults: fc.array(passing, { maxLength: 3 }), calls: fc.integer({ min: 1, max: 5 }) }),
    {
      minLength: 1,
      maxLength: 4,
    },
  )
  await fc.assert(
    fc.asyncProperty(runs, async (rounds) => {
      let [wall, ends] = [Date.now(), 0]
      const clock = { now: () => wall, monotonic: () => 0 }
      const client = createClient({ issuer: front.issuer, audience, apis: [front.origin], clock })
      client.on('logged-out', () => {
        ends += 1
      })
      front.setFault(() => undefined)
      await client.logIn(person)
      for (const { faults, calls } of rounds) {
        const left = [...faults]
        front.setFault((path) => (path === '/auth/token' ? left.shift() : undefined))
        wall += 151_000
        await Promise.allSettled(Array.from({ length: calls }, () => client.token()))
        front.setFault(() => undefined)
        const tokens = await Promise.all(Array.from({ length: calls }, () => client.token()))
        expect(new Set(tokens).size).toBe(1)
      }
      client.close()
      expect(ends).toBe(0)
    }),
    { numRuns: 12 },
  )
  expect(await front.countRefreshes('reused')).toBe(0)
})

test('however the clocks run and jump, a token is never taken for younger than either of them says', () => {
  const steps = fc.array(fc.record({ wall: fc.integer({ min: -1e9, max: 1e9 }), monotonic: fc.nat(1e9) }))
  fc.assert(
    fc.property(steps, (taken) => {
      let [wall, monotonic] = [1e12, 0]
      const clock = { now: () => wall, monotonic: () => monotonic }
      const since = takeMoment(clock)
      for (const step of taken) {
        wall += step.wall
        monotonic += step.monotonic
      }
      const age = elapsedSince(clock, since)
      expect(age).toBeGreaterThanOrEqual(monotonic)
      expect(age).toBeGreaterThanOrEqual(wall - 1e12)
      expect([monotonic, wall - 1e12]).toContain(age)
    }),
  )
})
