import { getRequestListener } from '@hono/node-server'
import express from 'express'
import fastify from 'fastify'
import { type Context, Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { tokenRequired } from '../src/adapters/express.ts'
import * as forFastify from '../src/adapters/fastify.ts'
import * as forFetch from '../src/adapters/fetch.ts'
import * as forHono from '../src/adapters/hono.ts'
import type { Auth } from '../src/guard.ts'
import { createMcpGuard } from '../src/mcp/create-mcp-guard.ts'
import { sendRequest } from './send-request.ts'
import { audience, issuer, nowSeconds, secret, signToken } from './sign-token.ts'
import { adapters, listen } from './start-adapter.ts'

const guard = createMcpGuard({
  issuer,
  audience: `${audience}/mcp`,
  keys: { secret },
  clock: () => nowSeconds * 1000,
  scope: 'notes:read',
  tools: { add_note: 'notes:write' },
})
const at = 'Bearer resource_metadata="https://api.example.com/.well-known/oauth-protected-resource/mcp"'
const bearer = (token: string) => ({ fields: [['Authorization', `Bearer ${token}`]] as const })

test.each(Object.entries(adapters))(
  'RFC 9728 §5.1: /%s asks for the scope without a rule, and its challenges lead to the metadata',
  async (_, start) => {
    await using server = await start(guard)
    const aud = `${audience}/mcp`
    expect(await sendRequest(server.origin, {})).toMatchObject({
      status: 401,
      challenge: `${at}, scope="notes:read", realm="api"`,
    })
    expect(await sendRequest(server.origin, bearer(signToken({ aud, scope: 'other' })))).toMatchObject({
      status: 403,
      challenge: `${at}, error="insufficient_scope", error_description="Token lacks a required scope", scope="notes:read"`,
    })
    expect(await sendRequest(server.origin, bearer(signToken({ aud, scope: 'notes:read' })))).toMatchObject({
      status: 200,
      body: '{"caller":"account-1"}',
    })
  },
)

const servers = {
  'node:http': () =>
    listen((req, res) =>
      guard.serveMetadata(req, res, () => tokenRequired(guard)(req, res, () => res.end('the tools'))),
    ),
  express: () => listen(express().use('/', guard.serveMetadata).use(tokenRequired(guard))),
  'express, mounted': () => listen(express().use('/.well-known', guard.serveMetadata).use(tokenRequired(guard))),
  async fastify() {
    const app = fastify()
    app.addHook('onRequest', (request, reply, done) => guard.serveMetadata(request.raw, reply.raw, done))
    app.post('/mcp', async () => 'the tools')
    const origin = await app.listen({ host: '127.0.0.1', port: 0 })
    return { origin, [Symbol.asyncDispose]: () => app.close() }
  },
}

describe.each(Object.entries(servers))('RFC 9728 §3: served through %s', (_, start) => {
  const target = '/.well-known/oauth-protected-resource/mcp'

  test('GET and HEAD give the document, OPTIONS lets any origin ask, and the rest goes on', async () => {
    await using server = await start()
    const get = await sendRequest(server.origin, { target })
    expect(get).toMatchObject({ status: 200, contentType: 'application/json', cacheControl: 'public, max-age=300' })
    expect(JSON.parse(get.body)).toEqual(guard.metadata)
    const head = await sendRequest(server.origin, { target, method: 'HEAD' })
    expect(head).toMatchObject({ status: 200, body: '', contentLength: get.contentLength })
    const preflight = await fetch(`${server.origin}${target}`, { method: 'OPTIONS' })
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, '*'])
    expect((await sendRequest(server.origin, { target, method: 'DELETE' })).status).toBe(405)
    expect((await sendRequest(server.origin, { target: '/other' })).status).toBeGreaterThanOrEqual(401)
  })
})

/** `POST /mcp` that answers `called`, with the rule of its message, as the README has it. */
const toolServers = {
  express() {
    const allowed: express.RequestHandler = (req, res, next) =>
      tokenRequired(guard, guard.ruleFor(req.body))(req, res, next)
    return listen(express().post('/mcp', express.json(), allowed, (_, res) => void res.send('called')))
  },
  async fastify() {
    const app = fastify()
    app.post('/mcp', {
      preHandler: (request, reply, done) =>
        forFastify.tokenRequired(guard, guard.ruleFor(request.body))(request, reply, done),
      handler: async () => 'called',
    })
    const origin = await app.listen({ host: '127.0.0.1', port: 0 })
    return { origin, [Symbol.asyncDispose]: () => app.close() }
  },
  hono() {
    const app = new Hono<forHono.GuardedEnv<Auth>>()
    const readMessage = (c: Context): Promise<unknown> => c.req.json().catch(() => null)
    app.post(
      '/mcp',
      forHono.tokenRequired(guard),
      async (c, next) => forHono.tokenRequired(guard, guard.ruleFor(await readMessage(c)))(c, next),
      (c) => c.text('called'),
    )
    return listen(getRequestListener(app.fetch))
  },
  fetch() {
    const answer = forFetch.tokenRequired(guard)(async (request) => {
      const body: unknown = await request.json().catch(() => null)
      return forFetch.tokenRequired(guard, guard.ruleFor(body))(() => new Response('called'))(request)
    })
    return listen(getRequestListener(answer))
  },
}

test.each(Object.entries(toolServers))(
  'RFC 6750 §3.1: behind /%s a tool that needs more is refused, by the body that was parsed',
  async (_, start) => {
    await using server = await start()
    const call = async (name: string, scope: string) => {
      const headers = {
        authorization: `Bearer ${signToken({ aud: `${audience}/mcp`, scope })}`,
        'content-type': 'application/json',
      }
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name } })
      const answer = await fetch(`${server.origin}/mcp`, { method: 'POST', headers, body })
      return [answer.status, answer.headers.get('www-authenticate')?.split(', ').at(-1) ?? (await answer.text())]
    }
    expect(await call('list_notes', 'notes:read')).toEqual([200, 'called'])
    expect(await call('add_note', 'notes:read')).toEqual([403, 'scope="notes:read notes:write"'])
    expect(await call('add_note', 'notes:read notes:write')).toEqual([200, 'called'])
  },
)

test.each(Object.entries(toolServers).filter(([name]) => name === 'hono' || name === 'fetch'))(
  'behind /%s, where nothing else bounds a body, who has no token is told so before it is read, and what is no message needs all scopes',
  async (_, start) => {
    await using server = await start()
    const send = async (headers: Record<string, string>) => {
      const answer = await fetch(`${server.origin}/mcp`, { method: 'POST', headers, body: '{' })
      await answer.body?.cancel()
      return answer.status
    }
    expect(await send({})).toBe(401)
    const token = signToken({ aud: `${audience}/mcp`, scope: 'notes:read' })
    expect(await send({ authorization: `Bearer ${token}` })).toBe(403)
  },
)
