import { expect, test } from 'vitest'
import { readBounded } from './read-bounded.ts'

function endless(onCancel: () => void): ReadableStream<Uint8Array> {
  return new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(1000)),
    cancel: onCancel,
  })
}

test('a body without an end is given up at the bound, and its connection with it', async () => {
  let isCancelled = false
  const body = endless(() => {
    isCancelled = true
  })
  expect(await readBounded(body, 4096)).toBeUndefined()
  expect(isCancelled).toBe(true)
})

test('one half of a copied body is given up without waiting for the other half', async () => {
  const [one, other] = endless(() => {}).tee()
  expect(await readBounded(one, 4096)).toBeUndefined()
  const { value } = await other.getReader().read()
  expect(value).toHaveLength(1000)
})

test('a body up to the bound is read, and so is none', async () => {
  expect(await readBounded(new Response('a'.repeat(4096)).body, 4096)).toHaveLength(4096)
  expect(await readBounded(null, 4096)).toHaveLength(0)
})
