import { expect, test } from 'vitest'
import { Drain } from './drain.ts'

const noneOpen = async () => 0

test('where nobody asks for readiness and nothing is open, a process may close at once', async () => {
  const drain = new Drain()
  await drain.begin(60_000, noneOpen)
  expect(drain.isStopping).toBe(true)
})

test('where somebody asks, it closes after the third refusal', async () => {
  let now = 0
  const drain = new Drain(() => now)
  drain.noteAsked('10.0.0.1')
  now = 9999
  let isClosed = false
  const closed = drain.begin(1, noneOpen).then(() => {
    isClosed = true
  })
  drain.noteAsked('10.0.0.1')
  drain.noteAsked('10.0.0.1')
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(isClosed).toBe(false)
  drain.noteAsked('10.0.0.1')
  await closed
})

test('who asked ten seconds ago asks no more', async () => {
  let now = 0
  const drain = new Drain(() => now)
  drain.noteAsked('10.0.0.1')
  now = 10_000
  await drain.begin(60_000, noneOpen)
})

test('each balancer is waited for: no other one, and no stranger, hears it in its place', async () => {
  const drain = new Drain(() => 0)
  drain.noteAsked('10.0.0.1')
  drain.noteAsked('10.0.0.2')
  let isClosed = false
  const closed = drain.begin(1, noneOpen).then(() => {
    isClosed = true
  })
  for (let asked = 0; asked < 50; asked++) for (const address of ['10.0.0.1', '203.0.113.9']) drain.noteAsked(address)
  drain.noteAsked('10.0.0.2')
  drain.noteAsked('10.0.0.2')
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(isClosed).toBe(false)
  drain.noteAsked('10.0.0.2')
  await closed
})

test('strangers who ask take no memory without an end, and do not make it forget who asks often', async () => {
  const drain = new Drain(() => 0)
  for (let asked = 0; asked < 1000; asked++) {
    drain.noteAsked(`2001:db8::${asked.toString(16)}`)
    drain.noteAsked('10.0.0.1')
  }
  let isClosed = false
  const closed = drain.begin(1, noneOpen).then(() => {
    isClosed = true
  })
  for (let asked = 0; asked < 3; asked++)
    for (let count = 0; count < 1000; count++) drain.noteAsked(`2001:db8::${count.toString(16)}`)
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(isClosed).toBe(false)
  for (let asked = 0; asked < 3; asked++) drain.noteAsked('10.0.0.1')
  await closed
})
