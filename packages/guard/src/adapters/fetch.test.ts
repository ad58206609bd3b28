import { expect, test } from 'vitest'
import { authenticated, decidedGuard, refused } from '../../testing/decided-guard.ts'
import { tokenRequired } from './fetch.ts'

const request = () => new Request('https://api.example.com/orders')

test('the handler gets the request, who calls, and whatever the platform passes on', async () => {
  const handler = tokenRequired(decidedGuard(() => authenticated))(
    (given, auth, env: { region: string }, context: { id: number }) =>
      Response.json([given.url, auth.subject, env.region, context.id]),
  )
  const response = await handler(request(), { region: 'eu' }, { id: 7 })
  expect(await response.json()).toEqual(['https://api.example.com/orders', 'account-1', 'eu', 7])
})

test('an answer that needs no waiting is no promise', () => {
  const handler = tokenRequired(decidedGuard(() => refused))(() => new Response('closed'))
  expect(handler(request())).toBeInstanceOf(Response)
})

test('the handler still reads a body that the guard looked into', async () => {
  const guard = decidedGuard(() => authenticated, ['body'])
  const handler = tokenRequired(guard)(async (given) => new Response(await given.text()))
  const body = new URLSearchParams({ token: 'abc' })
  const response = await handler(new Request('https://api.example.com/orders', { method: 'POST', body }))
  expect(await response.text()).toBe('token=abc')
})
