import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import { describe, expect, expectTypeOf, test } from 'vitest'
import * as forExpress from '../src/adapters/express.ts'
import * as forFastify from '../src/adapters/fastify.ts'
import * as forFetch from '../src/adapters/fetch.ts'
import * as forHono from '../src/adapters/hono.ts'
import * as forKoa from '../src/adapters/koa.ts'
import type { AccessTokenClaims } from '../src/claims/access-token-claims.ts'
import { defineApi } from '../src/define-api.ts'
import type { Auth, Guard, Rule } from '../src/guard.ts'
import { createMcpGuard } from '../src/mcp/create-mcp-guard.ts'
import { audience, issuer, nowSeconds, secret, signToken } from './sign-token.ts'

const orders = defineApi({
  audience,
  scopes: ['orders:read', 'orders:write'],
  permissions: ['orders:refund', 'orders:cancel'],
  roles: ['support'],
})
const guard = orders.createGuard({ issuer, keys: { secret }, clock: () => nowSeconds * 1000 })

describe('a guard of a defined API', () => {
  test('has its audience, and rules of declared names alone', async () => {
    expectTypeOf(guard).toEqualTypeOf<
      Guard<AccessTokenClaims, Rule<'orders:read' | 'orders:write', 'orders:refund' | 'orders:cancel', 'support'>>
    >()
    expectTypeOf(orders.audience).toEqualTypeOf<string>()
    await expect(guard.verify(signToken())).resolves.toMatchObject({ aud: audience })
    const request = { method: 'GET', url: '/', header: () => undefined }
    const ask = (rule: Parameters<typeof guard.check>[1]) =>
      expect(guard.check(request, rule)).toMatchObject({ kind: 'refused' })
    ask({ permission: 'orders:refund', anyRole: ['support'] })
    // @ts-expect-error it is no permission of the API
    ask({ permission: 'orders:refnud' })
    // @ts-expect-error nor is it one of several
    ask({ anyPermission: ['orders:refund', 'orders:read'] })
    // @ts-expect-error it is no scope of the API
    ask({ scope: ['orders:refund'] })
    // @ts-expect-error it is no role of the API's
    ask({ role: 'admin' })
  })

  test('without a declaration of some kind no rule asks for one; roles are of no API', () => {
    const plain = defineApi({ audience }).createGuard({ issuer, keys: { secret } })
    expectTypeOf(plain).toEqualTypeOf<Guard<AccessTokenClaims, Rule<never, never, string>>>()
  })

  test('Express and Fastify take its rules, and no others', () => {
    express().get('/', forExpress.tokenRequired(guard, { permission: 'orders:refund', scope: ['orders:read'] }))
    // @ts-expect-error it is no permission of the API
    express().get('/', forExpress.tokenRequired(guard, { permission: 'refund' }))
    const app = fastify()
    app.get('/', { onRequest: forFastify.tokenRequired(guard, { anyPermission: ['orders:cancel'] }) }, async () => '')
    // @ts-expect-error it is no scope of the API
    app.get('/other', { onRequest: forFastify.tokenRequired(guard, { scope: 'orders' }) }, async () => '')
  })

  test('Hono, Koa and fetch take its rules, and no others, and know who calls', () => {
    new Hono().get('/', forHono.tokenRequired(guard, { permission: ['orders:refund', 'orders:cancel'] }), (c) => {
      expectTypeOf(c.get('auth')).toEqualTypeOf<Auth>()
      return c.text('')
    })
    // @ts-expect-error it is no permission of the API
    new Hono().get('/', forHono.tokenRequired(guard, { permission: 'refund' }))
    new Koa().use(forKoa.tokenRequired(guard, { role: 'support', optional: true })).use((ctx) => {
      expectTypeOf(ctx.state.auth).toEqualTypeOf<Auth | undefined>()
    })
    // @ts-expect-error it is no role of the API's
    new Koa().use(forKoa.tokenRequired(guard, { role: 'root' }))
    forFetch.tokenRequired(guard, { anyPermission: ['orders:refund'] })((_request, auth) => {
      expectTypeOf(auth.permissions).toEqualTypeOf<ReadonlySet<string>>()
      return new Response()
    })
    // @ts-expect-error it is no scope of the API
    forFetch.tokenRequired(guard, { scope: ['orders:reed'] })
  })

  test('an MCP server takes its audience and names, and no others', () => {
    const notes = defineApi({ audience: 'https://mcp.example.com/mcp', scopes: ['read'], permissions: ['delete'] })
    const options = { issuer, keys: { secret } }
    const tools = { delete_note: { scope: 'read', permission: 'delete' } } as const
    const mcp = createMcpGuard({ ...options, api: notes, scope: 'read', tools })
    expect(mcp.metadata).toMatchObject({ resource: notes.audience, scopes_supported: ['read'] })
    express().post('/mcp', forExpress.tokenRequired(mcp, { permission: 'delete' }))
    forFetch.tokenRequired(mcp, mcp.ruleFor({}))
    // @ts-expect-error it is no permission of the API
    forFetch.tokenRequired(mcp, { permission: 'remove' })
    // @ts-expect-error nor may a tool need one that is none
    createMcpGuard({ ...options, api: notes, tools: { delete_note: { permission: 'remove' } } })
    // @ts-expect-error it is no scope of the API
    createMcpGuard({ ...options, api: notes, scope: 'write' })
    // @ts-expect-error one of the two says for whom tokens are
    expect(() => createMcpGuard(options)).toThrow('audience')
  })
})
