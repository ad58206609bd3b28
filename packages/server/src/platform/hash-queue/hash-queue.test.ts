import { expect, test } from 'vitest'
import { createHashQueue, HashQueueFullError } from './hash-queue.ts'

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
  const queue = createHashQueue({ concurrency: 1, capacity: 2 })
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
