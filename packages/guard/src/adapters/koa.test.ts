import Koa from 'koa'
import { expect, test } from 'vitest'
import { decidedGuard, refused } from '../../testing/decided-guard.ts'
import { sendRequest } from '../../testing/send-request.ts'
import { listen } from '../../testing/start-adapter.ts'
import type { GuardRequest } from '../guard.ts'
import { tokenRequired } from './koa.ts'

test('a refusal keeps the headers that were set before it, and goes no further', async () => {
  const reached: string[] = []
  const app = new Koa()
  app.use((ctx, next) => {
    ctx.set('Cache-Control', 'private')
    return next()
  })
  app.use(tokenRequired(decidedGuard(() => refused))).use((ctx) => {
    reached.push(ctx.url)
  })
  await using server = await listen(app.callback())
  expect(await sendRequest(server.origin, {})).toMatchObject({ status: 401, cacheControl: 'private' })
  expect(reached).toEqual([])
})

test('the guard sees the URL that the client sent, not the one a mount left', async () => {
  const urls: string[] = []
  const record = (url: string) => {
    urls.push(url)
    return refused
  }
  const guard = { ...decidedGuard(() => refused), check: (request: GuardRequest) => record(request.url) }
  const app = new Koa()
  app.use((ctx, next) => {
    ctx.url = '/orders'
    return next()
  })
  app.use(tokenRequired(guard))
  await using server = await listen(app.callback())
  await sendRequest(server.origin, { target: '/v1/orders?token=abc' })
  expect(urls).toEqual(['/v1/orders?token=abc'])
})

test('an error of the guard reaches the middleware before it, as it was thrown', async () => {
  const broken = new Error('broken')
  const errors: unknown[] = []
  const app = new Koa()
  app.use(async (ctx, next) => {
    await next().catch((error: unknown) => errors.push(error))
    ctx.status = 500
  })
  app.use(tokenRequired(decidedGuard(() => Promise.reject(broken))))
  await using server = await listen(app.callback())
  expect((await sendRequest(server.origin, {})).status).toBe(500)
  expect(errors).toEqual([broken])
})
