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
  const server = await adapters[name](guard, rule)
  try {
    return { answer: await sendRequest(server.origin, sent), refusals }
  } finally {
    await server.close()
    guard.close()
  }
}

function expectAnswer({ answer: expected }: AdapterCase, answer: Answer, refusals: readonly Refused[]): void {
  if ('caller' in expected) {
    expect(answer).toMatchObject({ status: 200, challenge: undefined, body: JSON.stringify(expected) })
    return
  }
  expect(answer).toMatchObject({ status: expected.status, challenge: expected.challenge })
  // One refusal is logged once, and the private reason stays private.
  expect(refusals).toHaveLength(1)
  expect(answer.body).not.toContain(refusals[0]?.says)
  if ('body' in expected) {
    expect(answer.contentType).toBe(expected.contentType ?? 'application/json; charset=utf-8')
    expect(answer.body).toBe(expected.body === undefined ? '' : JSON.stringify(expected.body))
    return
  }
  expect(answer.contentType).toBe('application/json; charset=utf-8')
  expect(JSON.parse(answer.body)).toMatchObject({ error: expected.code })
  expect(refusals[0]).toMatchObject({ code: expected.code })
  expect(refusals[0]?.detail?.check).toBe(expected.check)
  expect(answer.retryAfter !== undefined).toBe(expected.status === 503)
}

const names = Object.keys(adapters) as (keyof typeof adapters)[]

describe.each(adapterCases)('$title', (adapterCase) => {
  test('at every adapter, with the same status, challenge and body', async () => {
    const results = await Promise.all(names.map((name) => runCase(name, adapterCase)))
    for (const [index, { answer, refusals }] of results.entries()) {
      expect({ adapter: names[index], ...answer }).toEqual({ adapter: names[index], ...results[0]?.answer })
      expectAnswer(adapterCase, answer, refusals)
    }
  })
})
