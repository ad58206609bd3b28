import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { shareLooks } from './share-looks.ts'

test('a thousand who ask at once share one look, and whoever asks while it goes on gets one that begins after it', async () => {
  let begun = 0
  const look = shareLooks(async () => {
    const number = ++begun
    await sleep(20)
    return number
  }, 0)
  const asked = await Promise.all(Array.from({ length: 1000 }, look))
  expect(new Set(asked)).toEqual(new Set([1]))
  const [going] = [look(), await sleep(10)]
  const later = look()
  expect([await going, await later]).toEqual([2, 3])
})

test('however often it is asked for, it is not done more often than once in its pause', async () => {
  const begunAt: number[] = []
  const look = shareLooks(async () => void begunAt.push(performance.now()), 50)
  for (let asked = 0; asked < 4; asked++) await look()
  const gaps = begunAt.slice(1).map((at, index) => at - (begunAt[index] ?? 0))
  // Less than the pause: the clock is read a moment after the pause begins.
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(40)
})

test('one that throws is told to those who share it, and ends nothing', async () => {
  let isWell = false
  const look = shareLooks(async () => {
    if (!isWell) throw new Error('away')
    return 'well'
  }, 0)
  expect((await Promise.allSettled([look(), look()])).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  isWell = true
  expect(await look()).toBe('well')
})
