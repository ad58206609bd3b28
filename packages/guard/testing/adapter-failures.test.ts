import { describe, expect, test } from 'vitest'
import { createGuard } from '../src/create-guard.ts'
import { GuardConfigurationError } from '../src/guard-configuration-error.ts'
import { authenticated, decidedGuard, refused } from './decided-guard.ts'
import { type Answer, sendRequest } from './send-request.ts'
import { audience, issuer, secret } from './sign-token.ts'
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

  test.each([200, 204, 304, 99, 600, Number.NaN])(
    'a hook that makes a refusal a %d is a 500, never a success',
    async (status) => {
      const guard = createGuard({ issuer, audience, keys: { secret }, shapeRefusal: () => ({ status }) })
      const answer = await send(start(guard))
      expect(answer.status).toBe(500)
      expect(answer.body).not.toContain('caller')
    },
  )

  test('a check that has to wait lets the request pass afterwards', async () => {
    const answer = await send(start(decidedGuard(async () => authenticated)))
    expect(answer).toMatchObject({ status: 200, body: '{"caller":"account-1"}' })
  })

  test('a check that has to wait refuses afterwards', async () => {
    const answer = await send(start(decidedGuard(async () => refused)))
    expect(answer).toMatchObject({ status: 401, challenge: 'Bearer realm="api"', body: '{"error":"token_missing"}' })
  })

  test('a rule that asks for nothing it could get refuses to start', async () => {
    const guard = decidedGuard(() => authenticated)
    await expect(async () => start(guard, { scope: [] })).rejects.toThrow(GuardConfigurationError)
  })
})
