import { expect, test } from 'vitest'
import { type ClockMove, FollowingClock } from './following-clock.ts'

/** A machine, and a server that it asks for the time: each with a clock that a test sets. */
function makeMachines() {
  const times = { machine: 1_000_000, monotonic: 500, server: 9_000_000, question: 0, answer: 0 }
  const moves: ClockMove[] = []
  const clock = new FollowingClock({
    machine: { now: () => times.machine },
    monotonicNow: () => times.monotonic,
    onMoved: (moved) => moves.push(moved),
  })
  const pass = (milliseconds: number) => {
    times.machine += milliseconds
    times.monotonic += milliseconds
    times.server += milliseconds
  }
  const readTime = async () => {
    pass(times.question)
    const { server } = times
    pass(times.answer)
    return server
  }
  return { times, moves, clock, pass, readTime }
}

test('until it follows it is the machine’s clock, then the other one, and it goes on with it', async () => {
  const { clock, pass, readTime, times, moves } = makeMachines()
  expect(clock.now()).toBe(1_000_000)
  await clock.follow(readTime)
  expect(clock.now()).toBe(9_000_000)
  pass(5000)
  expect(clock.now()).toBe(times.server)
  expect(clock.machineAheadMilliseconds).toBe(-8_000_000)
  expect(moves).toEqual([{ movedMilliseconds: 8_000_000, machineAheadMilliseconds: -8_000_000 }])
  await clock.stop()
})

test('setting the machine’s clock does not move it, and makes it look again', async () => {
  const { clock, readTime, times } = makeMachines()
  let looks = 0
  await clock.follow(async () => {
    looks += 1
    return readTime()
  })
  times.machine += 3_600_000
  expect(clock.now()).toBe(9_000_000)
  expect(looks).toBe(2)
  expect(clock.machineAheadMilliseconds).toBe(1_000_000 + 3_600_000 - 9_000_000)
  await clock.stop()
})

test('after a sleep, in which monotonic time stands still, one call is late and the next one right', async () => {
  const { clock, readTime, times } = makeMachines()
  await clock.follow(readTime)
  times.machine += 60_000
  times.server += 60_000
  clock.now()
  await clock.look()
  expect(clock.now()).toBe(times.server)
  await clock.stop()
})

test('a slow answer moves it no further than it proves', async () => {
  const { clock, readTime, times, moves } = makeMachines()
  await clock.follow(readTime)
  times.question = 900
  times.answer = 100
  await clock.look()
  expect(clock.now()).toBe(times.server)
  // The other clock is set ahead by 5 s: certain are 4.9 s of it.
  times.server += 5000
  await clock.look()
  expect(times.server - clock.now()).toBe(100)
  expect(moves.map(({ movedMilliseconds }) => movedMilliseconds)).toEqual([8_000_000, 4900])
  await clock.stop()
})

test('a look that fails changes nothing, except that the first one is told', async () => {
  const { clock, readTime, pass, times } = makeMachines()
  const away = async () => {
    throw new Error('away')
  }
  await expect(clock.follow(away)).rejects.toThrow('away')
  await clock.follow(readTime)
  const { clock: other } = makeMachines()
  let isAway = false
  await other.follow(async () => (isAway ? away() : 9_000_000))
  isAway = true
  await expect(other.look()).rejects.toThrow('away')
  pass(1)
  expect([clock.now(), other.now()]).toEqual([times.server, 9_000_000])
  await Promise.all([clock.stop(), other.stop()])
})
