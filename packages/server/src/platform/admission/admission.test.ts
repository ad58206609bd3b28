import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Admission, type AdmissionLimits, type Importance, type Leave, TurnedAwayError } from './admission.ts'

const limits: AdmissionLimits = {
  prompt: 2,
  feed: { atWork: 1, waiting: 4 },
  ordinary: { atWork: 1, waiting: 4 },
  hashing: { atWork: 2, waiting: 2 },
}

function asker(party: string, signal: AbortSignal = new AbortController().signal) {
  return { party: () => ({ name: party, isFamiliar: false }), signal: () => signal }
}

/** Enters, or says what became of it. */
async function enter(admission: Admission, importance: Importance, party = 'p', signal?: AbortSignal): Promise<Leave> {
  return admission.enter(importance, asker(party, signal))
}

test('what is ordinary is let in at once while there is room, and then in turns of its parties', async () => {
  const admission = new Admission({ ...limits, ordinary: { atWork: 1, waiting: 20 } })
  const first = admission.enter('ordinary', asker('flood'))
  expect(first).toBeTypeOf('function')
  const order: string[] = []
  const others = ['flood', 'flood', 'ada'].map((party) =>
    enter(admission, 'ordinary', party).then((leave) => {
      order.push(party)
      leave()
    }),
  )
  expect(admission.figures('ordinary')).toEqual({ running: 1, waiting: 3, refused: 0 })
  await nextTurn()
  expect(order).toEqual([])
  ;(first as Leave)()
  await Promise.all(others)
  expect(order).toEqual(['flood', 'ada', 'flood'])
  expect(admission.figures('ordinary')).toEqual({ running: 0, waiting: 0, refused: 0 })
})

test('to leave twice gives one place back', async () => {
  const admission = new Admission(limits)
  const leave = await enter(admission, 'ordinary')
  leave()
  leave()
  expect(admission.figures('ordinary').running).toBe(0)
})

test('a full gate sends away whoever has most there, at once and with the seconds to come back in', async () => {
  const admission = new Admission(limits)
  const leave = await enter(admission, 'ordinary')
  const flood = [1, 2, 3].map(() => enter(admission, 'ordinary', 'flood'))
  await expect(flood[2]).rejects.toMatchObject({ code: 'turned_away', retryAfterSeconds: 2 })
  const ada = enter(admission, 'ordinary', 'ada')
  await expect(flood[1]).rejects.toBeInstanceOf(TurnedAwayError)
  expect(admission.figures('ordinary')).toEqual({ running: 1, waiting: 2, refused: 2 })
  leave()
  ;(await flood[0])?.()
  ;(await ada)()
})

test('what is vital or prompt does not wait for what is at the gates; prompt has a bound of its own', async () => {
  const admission = new Admission(limits)
  await enter(admission, 'ordinary')
  const waiting = [1, 2].map(() => enter(admission, 'ordinary'))
  expect(admission.enter('prompt', asker('p'))).toBeTypeOf('function')
  const leave = await enter(admission, 'prompt')
  expect(() => admission.enter('prompt', asker('p'))).toThrow(TurnedAwayError)
  for (let count = 0; count < 100; count += 1) expect(admission.enter('vital', asker('p'))).toBeTypeOf('function')
  leave()
  expect(admission.enter('prompt', asker('p'))).toBeTypeOf('function')
  expect(admission.figures('ordinary').waiting).toBe(waiting.length)
})

test('whoever goes away before their turn leaves the line', async () => {
  const admission = new Admission(limits)
  const leave = await enter(admission, 'ordinary')
  const client = new AbortController()
  const gone = enter(admission, 'ordinary', 'p', client.signal)
  const last = enter(admission, 'ordinary')
  client.abort(new Error('gone'))
  await expect(gone).rejects.toThrow('gone')
  expect(admission.figures('ordinary').waiting).toBe(1)
  leave()
  ;(await last)()
})

test('whoever has gone already takes no place in the line', async () => {
  const admission = new Admission(limits)
  await enter(admission, 'ordinary')
  const gone = enter(admission, 'ordinary', 'p', AbortSignal.abort(new Error('gone')))
  expect(admission.figures('ordinary').waiting).toBe(0)
  await expect(gone).rejects.toThrow('gone')
})

test('in one turn of the event loop gates let in for five milliseconds: what is prompt and comes with the next turn does not wait for all', async () => {
  const admission = new Admission({ ...limits, ordinary: { atWork: 1, waiting: 400 } })
  let done = 0
  const works = Array.from({ length: 100 }, async () => {
    const leave = await admission.enter('ordinary', asker('p'))
    const end = performance.now() + 2
    while (performance.now() < end);
    done += 1
    leave()
  })
  await nextTurn()
  await nextTurn()
  await nextTurn()
  // 200 ms of work in all: three turns hold a tenth or two of it.
  expect(done).toBeGreaterThan(0)
  expect(done).toBeLessThan(50)
  await Promise.all(works)
  expect(done).toBe(100)
})

test('a gate whose requests last does not hold up another one', async () => {
  const admission = new Admission(limits)
  await enter(admission, 'hashing')
  await enter(admission, 'hashing')
  const login = enter(admission, 'hashing')
  const held = await enter(admission, 'ordinary')
  const next = enter(admission, 'ordinary')
  held()
  ;(await next)()
  expect(admission.figures('hashing').waiting).toBe(1)
  void login.catch(() => {})
})
