import { describe, expect, test } from 'vitest'
import { createGuard } from '../src/create-guard.ts'
import type { GuardEvent } from '../src/guard-event.ts'
import { type AdapterCase, adapterCases } from './adapter-cases.ts'
import { type Answer, sendRequest } from './send-request.ts'
import { audience, issuer, nowSeconds, secret } from './sign-token.ts'
import { adapters } from './start-adapter.ts'

type Refused = Extract<GuardEvent, { type: 'refused' }>

/** Serves one route with one adapter, sends the request of the case, and gives the answer and what was logged. */
async function runCase(name: keyof typeof adapters, { options, rule, sent }: AdapterCase) {
  const refusals: Refused[] = []
  const guard = createGuard({
    issuer,
    audience,
    ...(options?.fetch === undefined ? { keys: { secret } } : {}),
    clock: () => nowSeconds * 1000,
    log: (event) => {
      if (event.type === 'refused') refusals.push(event)
    },
    ...options,
  })
  await using server = await adapters[name](guard, rule)
  const answer = await sendRequest(server.origin, sent)
  guard.close()
  return { answer, refusals }
}

function expectAnswer({ answer: expected }: AdapterCase, answer: Answer, refusals: readonly Refused[]): void {
  if ('caller' in expected) {
    expect(answer).toMatchObject({ status: 200, challenge: undefined, body: JSON.stringify(expected) })
    return
  }
  expect(answer).toMatchObject({
    status: expected.status,
    challenge: expected.challenge,
    contentType: expected.contentType ?? 'application/json; charset=utf-8',
    // The whole text, so nothing of the private reason is in it.
    body: expected.body === undefined ? '' : JSON.stringify(expected.body),
  })
  if (expected.body !== undefined) expect(answer.contentLength).toBe(String(Buffer.byteLength(answer.body)))
  expect(answer.retryAfter !== undefined).toBe(expected.status === 503)
  expect(refusals).toHaveLength(1)
  expect(refusals[0]).toMatchObject({ code: expected.code })
  expect(refusals[0]?.detail?.check).toBe(expected.check)
}

const names = Object.keys(adapters) as (keyof typeof adapters)[]

describe.each(adapterCases)('$title', (adapterCase) => {
  test('at every adapter, with the same status, challenge and body', async () => {
    const results = await Promise.all(names.map((name) => runCase(name, adapterCase)))
    for (const [index, { answer, refusals }] of results.entries()) {
      expectAnswer(adapterCase, answer, refusals)
      const { status, challenge, retryAfter, body } = answer
      const first = results[0]?.answer
      expect({ adapter: names[index], status, challenge, retryAfter, body }).toEqual({
        adapter: names[index],
        status: first?.status,
        challenge: first?.challenge,
        retryAfter: first?.retryAfter,
        body: first?.body,
      })
    }
  })
})
