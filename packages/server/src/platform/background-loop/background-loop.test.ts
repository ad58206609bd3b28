import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, it } from 'vitest'
import { BackgroundLoop, type BackgroundLoopParts } from './background-loop.ts'

const NEVER_MS = 3_600_000
const loops: BackgroundLoop[] = []
afterEach(async () => {
  for (const loop of loops.splice(0)) await loop.stop()
})

/** A loop over a database that announces when the test says so. */
function start(parts: Partial<BackgroundLoopParts>): { readonly loop: BackgroundLoop; readonly announce: () => void } {
  const listeners = new Set<() => void>()
  const database = {
    onAnnounced(_: string, listener: () => void) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  const loop = new BackgroundLoop({
    ...{ database, topic: 'work', pollMilliseconds: NEVER_MS, look: async () => false, onError: () => {} },
    ...parts,
  })
  loops.push(loop)
  loop.start()
  const announce = () => {
    for (const listener of listeners) listener()
  }
  return { loop, announce }
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(1)
}

it('looks at its start, at each announcement, and again while there is more', async () => {
  let looks = 0
  const { announce } = start({ look: async () => ++looks < 3 })
  await until(() => looks === 3)
  announce()
  await until(() => looks === 4)
})

it('an announcement during a look is not lost', async () => {
  let looks = 0
  const { promise, resolve } = Promise.withResolvers<void>()
  const { announce } = start({
    async look() {
      looks += 1
      if (looks === 1) await promise
      return false
    },
  })
  announce()
  resolve()
  await until(() => looks === 2)
})

it('a look that throws is told, and the next one comes after the pause', async () => {
  const errors: unknown[] = []
  let looks = 0
  start({
    async look() {
      looks += 1
      if (looks === 1) throw new Error('away')
      return false
    },
    pollMilliseconds: 5,
    onError: (error) => errors.push(error),
  })
  await until(() => looks >= 2)
  expect(errors).toEqual([new Error('away')])
})

it('stopped, it waits for the look under way and begins none', async () => {
  let looks = 0
  const { promise, resolve } = Promise.withResolvers<void>()
  const { loop, announce } = start({
    async look() {
      looks += 1
      await promise
      return true
    },
  })
  await until(() => looks === 1)
  let isStopped = false
  const stopping = loop.stop().then(() => {
    isStopped = true
  })
  await sleep(20)
  expect(isStopped).toBe(false)
  resolve()
  await stopping
  announce()
  await sleep(20)
  expect(looks).toBe(1)
})
