import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FairLine } from './fair-line.ts'

function callAll(line: FairLine<string>): string[] {
  const called: string[] = []
  for (let waiter = line.call(); waiter !== undefined; waiter = line.call()) called.push(waiter)
  return called
}

test('parties are called in turns, each in the order in which it came', () => {
  const line = new FairLine<string>(10)
  for (const waiter of ['a1', 'a2', 'a3', 'b1', 'c1', 'c2'])
    expect(line.join(waiter.slice(0, 1), waiter)).toBe(undefined)
  expect(callAll(line)).toEqual(['a1', 'b1', 'c1', 'a2', 'c2', 'a3'])
  expect(line.size).toBe(0)
})

test('in a full line the newest of whoever has most gives way to who has less', () => {
  const line = new FairLine<string>(4)
  for (const waiter of ['a1', 'a2', 'a3', 'a4']) line.join('a', waiter)
  expect(line.hasPlaceFor('a')).toBe(false)
  expect(line.join('a', 'a5')).toBe('a5')
  expect(line.hasPlaceFor('b')).toBe(true)
  expect(line.join('b', 'b1')).toBe('a4')
  expect(line.join('b', 'b2')).toBe('a3')
  // As many as the other by now: nobody drives the other out.
  expect(line.join('b', 'b3')).toBe('b3')
  expect(callAll(line)).toEqual(['a1', 'b1', 'a2', 'b2'])
})

test('who leaves is not called, and who has none left is no party', () => {
  const line = new FairLine<string>(4)
  for (const waiter of ['a1', 'b1', 'b2']) line.join(waiter.slice(0, 1), waiter)
  line.leave('a', 'a1')
  line.leave('a', 'a1')
  line.leave('b', 'nobody')
  expect(line.size).toBe(2)
  expect(callAll(line)).toEqual(['b1', 'b2'])
})

test('whatever comes and goes: it holds no more than its capacity, and each that came leaves it once', () => {
  const step = fc.oneof(
    fc.record({ join: fc.constantFrom('a', 'b', 'c') }),
    fc.constant({ call: true } as const),
    fc.record({ leave: fc.nat(30) }),
  )
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.array(step, { maxLength: 60 }), (capacity, steps) => {
      const line = new FairLine<string>(capacity)
      const inside = new Set<string>()
      const joined: string[] = []
      const goes = (waiter: string | undefined) => waiter === undefined || expect(inside.delete(waiter)).toBe(true)
      for (const act of steps) {
        if ('join' in act) {
          const waiter = `${act.join}${joined.length}`
          joined.push(waiter)
          inside.add(waiter)
          goes(line.join(act.join, waiter))
        } else if ('call' in act) goes(line.call())
        else {
          const waiter = joined[act.leave] ?? 'nobody'
          line.leave(waiter.slice(0, 1), waiter)
          inside.delete(waiter)
        }
        expect(line.size).toBe(inside.size)
        expect(line.size).toBeLessThanOrEqual(capacity)
      }
      expect(new Set(callAll(line))).toEqual(inside)
    }),
  )
})
