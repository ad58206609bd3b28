import { expect, test } from 'vitest'
import type { Party } from '../fair-line/favouring-line.ts'
import { createHashQueue, type HashQueue, HashQueueFullError } from './hash-queue.ts'

/** Work that ends when it is told to. */
function pendingWork(): { work: () => Promise<string>; end: (result: string) => void } {
  const { promise, resolve } = Promise.withResolvers<string>()
  return { work: () => promise, end: resolve }
}

test('no more than `concurrency` run at once, the others first come first served', async () => {
  const queue = createHashQueue({ concurrency: 2, capacity: 10 })
  const started: number[] = []
  const works = Array.from({ length: 5 }, pendingWork)
  const results = works.map(({ work }, index) =>
    queue.run(() => {
      started.push(index)
      return work()
    }),
  )
  expect(started).toEqual([0, 1])
  expect([queue.running, queue.waiting]).toEqual([2, 3])
  for (const index of [1, 0, 2, 3, 4]) {
    works[index]?.end(`result ${index}`)
    await results[index]
  }
  expect(started).toEqual([0, 1, 2, 3, 4])
  expect(await Promise.all(results)).toEqual([0, 1, 2, 3, 4].map((index) => `result ${index}`))
  expect([queue.running, queue.waiting]).toEqual([0, 0])
})

test('a full line refuses at once, with the seconds to come back in, and takes others when there is room again', async () => {
  const queue = createHashQueue({ concurrency: 1, capacity: 1 })
  const first = pendingWork()
  const running = queue.run(first.work)
  const waiting = queue.run(async () => 'second')
  const refused = await queue.run(async () => 'third').catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(HashQueueFullError)
  expect(refused).toMatchObject({ code: 'hash_queue_full', retryAfterSeconds: 2 })
  first.end('first')
  expect(await Promise.all([running, waiting])).toEqual(['first', 'second'])
  expect(await queue.run(async () => 'fourth')).toBe('fourth')
})

test('work that throws, at once or later, gives its place back', async () => {
  const queue = createHashQueue({ concurrency: 1, capacity: 1 })
  const throwing = queue.run(() => {
    throw new Error('at once')
  })
  const rejecting = queue.run(() => Promise.reject(new Error('later')))
  await expect(throwing).rejects.toThrow('at once')
  await expect(rejecting).rejects.toThrow('later')
  expect([queue.running, queue.waiting]).toEqual([0, 0])
})

test('who goes away before its turn leaves the line and is not worked for', async () => {
  const queue = createHashQueue({ concurrency: 1, capacity: 4 })
  const first = pendingWork()
  const running = queue.run(first.work)
  const client = new AbortController()
  let worked = false
  const gone = queue.run(async () => {
    worked = true
  }, client.signal)
  const last = queue.run(async () => 'last')
  client.abort(new Error('gone'))
  await expect(gone).rejects.toThrow('gone')
  expect(queue.waiting).toBe(1)
  first.end('first')
  expect(await Promise.all([running, last])).toEqual(['first', 'last'])
  expect(worked).toBe(false)
  await expect(queue.run(async () => 'never', client.signal)).rejects.toThrow('gone')
})

test('who goes away during its turn is worked for to the end, and its place is given on', async () => {
  const queue = createHashQueue({ concurrency: 1, capacity: 1 })
  const client = new AbortController()
  const first = pendingWork()
  const running = queue.run(async () => 'before')
  const waited = queue.run(first.work, client.signal)
  await running
  client.abort()
  first.end('first')
  expect(await waited).toBe('first')
  expect([queue.running, queue.waiting]).toEqual([0, 0])
})

const strange = (name: string): Party => ({ name, isFamiliar: false })

/** Fills the one place at work; gives how to end that. */
function occupy(queue: HashQueue): { end: () => Promise<void> } {
  const { work, end } = pendingWork()
  const running = queue.run(work)
  return {
    async end() {
      end('')
      await running
    },
  }
}

test('parties take turns, so who has many in line waits behind who has one', async () => {
  const queue = createHashQueue({ concurrency: 1, capacity: 20 })
  const place = occupy(queue)
  const order: string[] = []
  const ask = (name: string) => queue.of(name).run(async () => void order.push(name))
  const asked = ['flood', 'flood', 'flood', 'ada', 'bob'].map(ask)
  await place.end()
  await Promise.all(asked)
  expect(order).toEqual(['flood', 'ada', 'bob', 'flood', 'flood'])
})

test('in a full line the newest of whoever has most is refused, and who has less gets the place', async () => {
  const queue = createHashQueue({ concurrency: 1, capacity: 4 })
  const place = occupy(queue)
  const flood = [1, 2].map(() => queue.of('flood').run(async () => 'flood'))
  const outcomes = Promise.allSettled(flood)
  await expect(queue.of('flood').run(async () => 'flood')).rejects.toThrow(HashQueueFullError)
  expect(queue.hasPlaceFor(strange('flood'))).toBe(false)
  expect(queue.hasPlaceFor(strange('ada'))).toBe(true)
  const ada = queue.of('ada').run(async () => 'ada')
  await place.end()
  expect(await ada).toBe('ada')
  expect((await outcomes).map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
})

test('strangers from however many networks take no place of a familiar one, and its turn is the next but one', async () => {
  const queue = createHashQueue({ concurrency: 1, capacity: 8, isFamiliar: (party) => party === 'home' })
  const place = occupy(queue)
  const order: string[] = []
  const ask = (name: string) => queue.of(name).run(async () => void order.push(name))
  const strangers = ['s1', 's2', 's3', 's4'].map(ask)
  await expect(ask('s5')).rejects.toThrow(HashQueueFullError)
  const ada = ask('home')
  await place.end()
  await Promise.all([...strangers, ada])
  expect(order.slice(0, 2)).toContain('home')
  expect(order).toHaveLength(5)
})
