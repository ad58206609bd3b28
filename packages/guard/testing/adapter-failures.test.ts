import { describe, expect, test } from 'vitest'
import { GuardConfigurationError } from '../src/guard-configuration-error.ts'
import { authenticated, decidedGuard, refused } from './decided-guard.ts'
import { type Answer, sendRequest } from './send-request.ts'
import { adapters, type RunningAdapter } from './start-adapter.ts'

const starts = Object.entries(adapters).map(([adapter, start]) => ({ adapter, start }))

async function send(starting: RunningAdapter | Promise<RunningAdapter>): Promise<Answer> {
  await using server = await starting
  return await sendRequest(server.origin, {})
}

// Express takes a thrown undefined for "no error" and 'route' for "skip this route"; Fastify takes undefined likewise.
const thrown = [new Error('broken'), undefined, null, 'route', 'router', { status: 200 }]

describe.each(starts)('$adapter', ({ start }) => {
  test.each(thrown)('a check that throws %o is a 500, never an open route', async (value) => {
    const guard = decidedGuard(() => {
      throw value
    })
    const answer = await send(start(guard))
    expect(answer.status).toBe(500)
    expect(answer.body).not.toContain('caller')
  })

  test.each(thrown)('a check that rejects with %o is a 500, never an open route', async (value) => {
    const answer = await send(start(decidedGuard(() => Promise.reject(value))))
    expect(answer.status).toBe(500)
    expect(answer.body).not.toContain('caller')
  })

  test('a check that has to wait lets the request pass afterwards', async () => {
    const answer = await send(start(decidedGuard(async () => authenticated)))
    expect(answer).toMatchObject({ status: 200, body: '{"caller":"account-1"}' })
  })

  test('a check that has to wait refuses afterwards', async () => {
    const answer = await send(start(decidedGuard(async () => refused)))
    expect(answer).toMatchObject({ status: 401, challenge: 'Bearer realm="api"', body: '{"error":"token_missing"}' })
  })

  test('design §10: a rule that asks for nothing it could get refuses to start', async () => {
    const guard = decidedGuard(() => authenticated)
    await expect(async () => start(guard, { scope: [] })).rejects.toThrow(GuardConfigurationError)
  })
})
