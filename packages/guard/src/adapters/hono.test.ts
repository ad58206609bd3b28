import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { expect, test } from 'vitest'
import { authenticated, decidedGuard, refused } from '../../testing/decided-guard.ts'
import { sendRequest } from '../../testing/send-request.ts'
import { listen } from '../../testing/start-adapter.ts'
import { tokenRequired } from './hono.ts'

test('a refusal keeps the headers that were set before it, and reaches no error handler', async () => {
  const errors: unknown[] = []
  const app = new Hono()
  app.onError((error, c) => {
    errors.push(error)
    return c.text('', 500)
  })
  app.use(async (c, next) => {
    c.header('Cache-Control', 'private')
    await next()
  })
  app.use(tokenRequired(decidedGuard(() => refused)))
  await using server = await listen(getRequestListener(app.fetch))
  expect(await sendRequest(server.origin, {})).toMatchObject({ status: 401, cacheControl: 'private' })
  expect(errors).toEqual([])
})

test('an error of the guard reaches app.onError as it was thrown', async () => {
  const broken = new Error('broken')
  const errors: unknown[] = []
  const app = new Hono()
  app.onError((error, c) => {
    errors.push(error)
    return c.text('', 500)
  })
  app.use(tokenRequired(decidedGuard(() => Promise.reject(broken))))
  await using server = await listen(getRequestListener(app.fetch))
  expect((await sendRequest(server.origin, {})).status).toBe(500)
  expect(errors).toEqual([broken])
})

test('the handler still reads a body that the guard looked into', async () => {
  const guard = decidedGuard(() => authenticated, ['body'])
  const app = new Hono().post('*', tokenRequired(guard), async (c) => c.json(await c.req.parseBody()))
  await using server = await listen(getRequestListener(app.fetch))
  expect((await sendRequest(server.origin, { form: 'amount=3&token=abc' })).body).toBe('{"amount":"3","token":"abc"}')
})
