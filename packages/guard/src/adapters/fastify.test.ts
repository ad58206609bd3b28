import fastify, { type FastifyInstance } from 'fastify'
import { expect, test } from 'vitest'
import { authenticated, decidedGuard, refused } from '../../testing/decided-guard.ts'
import { sendRequest } from '../../testing/send-request.ts'
import type { GuardRequest } from '../guard.ts'
import { getAuth, tokenRequired } from './fastify.ts'

async function listen(app: FastifyInstance) {
  const origin = await app.listen({ host: '127.0.0.1', port: 0 })
  return { origin, [Symbol.asyncDispose]: () => app.close() }
}

test('a hook of a plugin guards the routes of that plugin alone', async () => {
  const guard = decidedGuard(() => refused)
  const app = fastify()
  app.get('/public', async () => 'open')
  app.register(async (plugin) => {
    plugin.addHook('onRequest', tokenRequired(guard))
    plugin.get('/guarded', async () => 'closed')
  })
  await using server = await listen(app)
  expect(await sendRequest(server.origin, { target: '/public' })).toMatchObject({ status: 200, body: 'open' })
  expect(await sendRequest(server.origin, { target: '/guarded' })).toMatchObject({ status: 401 })
})

test('onRequest refuses before the body is read', async () => {
  const app = fastify()
  app.post('/guarded', { onRequest: tokenRequired(decidedGuard(() => refused)) }, async () => 'closed')
  await using server = await listen(app)
  // Fastify itself would answer 415 to a form: it comes with no parser for it.
  expect((await sendRequest(server.origin, { form: 'token=abc' })).status).toBe(401)
})

test('preValidation sees the parsed body, and refuses before the schema is looked at', async () => {
  const bodies: unknown[] = []
  const guard = { ...decidedGuard(() => refused, ['body']), check: (request: GuardRequest) => record(request.body) }
  const record = (body: unknown) => {
    bodies.push(body)
    return refused
  }
  const app = fastify()
  const schema = { body: { type: 'object', required: ['amount'] } }
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, text, done) => done(null, { text }))
  app.post('/guarded', { schema, preValidation: tokenRequired(guard) }, async () => 'closed')
  await using server = await listen(app)
  expect((await sendRequest(server.origin, { form: 'token=abc' })).status).toBe(401)
  expect(bodies).toEqual([{ text: 'token=abc' }])
})

test('a refusal passes onSend hooks, and reaches no error handler', async () => {
  const errors: unknown[] = []
  const app = fastify()
  app.setErrorHandler((error, _request, reply) => {
    errors.push(error)
    return reply.code(500).send()
  })
  app.addHook('onSend', async (_request, reply) => {
    reply.header('cache-control', 'private')
  })
  app.get('/guarded', { onRequest: tokenRequired(decidedGuard(() => refused)) }, async () => 'closed')
  await using server = await listen(app)
  expect(await sendRequest(server.origin, {})).toMatchObject({ status: 401, cacheControl: 'private' })
  expect(errors).toEqual([])
})

test('request.auth works with and without decorateRequest', async () => {
  const guard = decidedGuard(() => authenticated)
  for (const app of [fastify(), fastify().decorateRequest('auth', undefined)]) {
    app.get('/guarded', { onRequest: tokenRequired(guard) }, async (request) => getAuth(guard, request).subject)
    await using server = await listen(app)
    expect((await sendRequest(server.origin, {})).body).toBe('account-1')
  }
})

test('the guard sees the URL that the client sent, not the one it was rewritten to', async () => {
  const urls: string[] = []
  const guard = { ...decidedGuard(() => refused), check: (request: GuardRequest) => record(request.url) }
  const record = (url: string) => {
    urls.push(url)
    return refused
  }
  const app = fastify({ rewriteUrl: () => '/guarded' })
  app.get('/guarded', { onRequest: tokenRequired(guard) }, async () => 'closed')
  await using server = await listen(app)
  await sendRequest(server.origin, { target: '/old?token=abc' })
  expect(urls).toEqual(['/old?token=abc'])
})
