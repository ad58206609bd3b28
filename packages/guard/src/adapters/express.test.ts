import express, { type ErrorRequestHandler } from 'express'
import { expect, test } from 'vitest'
import { authenticated, decidedGuard, refused, somebody } from '../../testing/decided-guard.ts'
import { sendRequest } from '../../testing/send-request.ts'
import { listen } from '../../testing/start-adapter.ts'
import type { GuardRequest } from '../guard.ts'
import { getAuth, tokenRequired } from './express.ts'

test('the guard sees the whole path and query behind a mounted router', async () => {
  const seen: string[] = []
  const guard = { ...decidedGuard(() => authenticated), check: (request: GuardRequest) => record(request.url) }
  const record = (url: string) => {
    seen.push(url)
    return authenticated
  }
  const router = express.Router().get('/orders', tokenRequired(guard), (req, res) => {
    res.send(getAuth(guard, req).subject)
  })
  await using server = await listen(express().use('/v1', router))
  expect(await sendRequest(server.origin, { target: '/v1/orders?token=abc' })).toMatchObject({ body: 'account-1' })
  expect(seen).toEqual(['/v1/orders?token=abc'])
})

test('a refusal keeps the headers that were set before it, and reaches no error handler', async () => {
  const errors: unknown[] = []
  const onError: ErrorRequestHandler = (error, _req, res, _next) => {
    errors.push(error)
    res.sendStatus(500)
  }
  const app = express()
  app.use((_req, res, next) => {
    res.set('Cache-Control', 'private')
    next()
  })
  app.use(tokenRequired(decidedGuard(() => refused)), onError)
  await using server = await listen(app)
  expect(await sendRequest(server.origin, {})).toMatchObject({ status: 401, cacheControl: 'private' })
  expect(errors).toEqual([])
})

test('an error of the guard reaches the error handler as it was thrown', async () => {
  const broken = new Error('broken')
  const errors: unknown[] = []
  const onError: ErrorRequestHandler = (error, _req, res, _next) => {
    errors.push(error)
    res.sendStatus(500)
  }
  await using server = await listen(express().use(tokenRequired(decidedGuard(() => Promise.reject(broken))), onError))
  expect((await sendRequest(server.origin, {})).status).toBe(500)
  expect(errors).toEqual([broken])
})

test('the last guard of a route says who calls: an anonymous caller is nobody, whoever was found before', async () => {
  const guard = decidedGuard(() => ({ kind: 'anonymous', reason: 'absent' }))
  const app = express().use(tokenRequired(decidedGuard(() => authenticated)), tokenRequired(guard, { optional: true }))
  app.use((req, res) => {
    res.json({ caller: req.auth?.subject ?? null })
  })
  await using server = await listen(app)
  expect((await sendRequest(server.origin, {})).body).toBe('{"caller":null}')
})

test('getAuth throws on a route without a guard, instead of giving nobody', () => {
  const guard = decidedGuard(() => authenticated)
  expect(() => getAuth(guard, {})).toThrow('tokenRequired(guard)')
  expect(getAuth(guard, { auth: somebody })).toBe(somebody)
})
