import express from 'express'
import fastify from 'fastify'
import { describe, expect, test } from 'vitest'
import { tokenRequired } from '../src/adapters/express.ts'
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
