import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import { describe, expectTypeOf, test } from 'vitest'
import * as forExpress from '../src/adapters/express.ts'
import * as forFastify from '../src/adapters/fastify.ts'
import * as forFetch from '../src/adapters/fetch.ts'
import * as forHono from '../src/adapters/hono.ts'
import * as forKoa from '../src/adapters/koa.ts'
import type { AccessTokenClaims } from '../src/claims/access-token-claims.ts'
import type { Auth, Guard, Rule } from '../src/guard.ts'

interface TenantClaims extends AccessTokenClaims {
  readonly tenant: number
}

// Only types are looked at: nothing is called on it, and tsc fails where an expectation doesn't hold.
const guard = { locations: ['header'], check: undefined } as unknown as Guard
const tenantGuard = guard as Guard<TenantClaims>
const anyRule: Rule = {}

describe('Express', () => {
  test('req.auth may be undefined, for routes without a guard', () => {
    express().get('/orders/:id', forExpress.tokenRequired(guard, { scope: 'orders:read' }), (req) => {
      expectTypeOf(req.auth).toEqualTypeOf<Auth | undefined>()
      expectTypeOf(req.params.id).toEqualTypeOf<string>()
    })
    express().use(forExpress.tokenRequired(guard))
    express.Router().use('/orders', forExpress.tokenRequired(guard))
  })

  test('getAuth is there, and has the claims of its guard', () => {
    express().get('/orders', forExpress.tokenRequired(tenantGuard), (req) => {
      expectTypeOf(forExpress.getAuth(guard, req)).toEqualTypeOf<Auth>()
      expectTypeOf(forExpress.getAuth(tenantGuard, req).claims.tenant).toEqualTypeOf<number>()
    })
  })
})

describe('Fastify', () => {
  test('request.auth may be undefined, for routes without a guard', () => {
    const app = fastify()
    app.addHook('onRequest', forFastify.tokenRequired(guard))
    app.get<{ Params: { id: string } }>('/:id', { onRequest: forFastify.tokenRequired(guard) }, async (request) => {
      expectTypeOf(request.auth).toEqualTypeOf<Auth | undefined>()
      expectTypeOf(request.params.id).toEqualTypeOf<string>()
    })
  })

  test('getAuth is there, and has the claims of its guard', () => {
    fastify().post('/', { preValidation: [forFastify.tokenRequired(tenantGuard)] }, async (request) => {
      expectTypeOf(forFastify.getAuth(tenantGuard, request).claims.tenant).toEqualTypeOf<number>()
    })
  })
})

describe('Hono', () => {
  test("c.get('auth') is there behind the middleware, with the claims of its guard", () => {
    new Hono().get('/orders/:id', forHono.tokenRequired(tenantGuard, { scope: 'orders:read' }), (c) => {
      expectTypeOf(c.get('auth')).toEqualTypeOf<Auth<TenantClaims>>()
      expectTypeOf(c.var.auth.claims.tenant).toEqualTypeOf<number>()
      expectTypeOf(c.req.param('id')).toEqualTypeOf<string>()
      return c.text('')
    })
    new Hono().use(forHono.tokenRequired(guard)).get('/', (c) => {
      expectTypeOf(c.get('auth')).toEqualTypeOf<Auth>()
      return c.text('')
    })
  })

  test("c.get('auth') may be undefined behind an optional rule, and behind one that isn't known", () => {
    new Hono().get('/', forHono.tokenRequired(guard, { optional: true }), (c) => {
      expectTypeOf(c.get('auth')).toEqualTypeOf<Auth | undefined>()
      return c.text('')
    })
    new Hono().get('/', forHono.tokenRequired(guard, anyRule), (c) => {
      expectTypeOf(c.get('auth')).toEqualTypeOf<Auth | undefined>()
      return c.text('')
    })
    new Hono().get('/', forHono.tokenRequired(guard, { optional: false }), (c) => {
      expectTypeOf(c.get('auth')).toEqualTypeOf<Auth>()
      return c.text('')
    })
  })
})

describe('Koa', () => {
  test('ctx.state.auth is there behind the middleware, with the claims of its guard', () => {
    new Koa().use(forKoa.tokenRequired(tenantGuard)).use((ctx) => {
      expectTypeOf(ctx.state.auth).toEqualTypeOf<Auth<TenantClaims>>()
    })
    new Koa<{ requestId: string }>().use(forKoa.tokenRequired(guard)).use((ctx) => {
      expectTypeOf(ctx.state.auth).toEqualTypeOf<Auth>()
      expectTypeOf(ctx.state.requestId).toEqualTypeOf<string>()
    })
  })

  test('ctx.state.auth may be undefined behind an optional rule', () => {
    new Koa().use(forKoa.tokenRequired(guard, { optional: { absent: 'allow' } })).use((ctx) => {
      expectTypeOf(ctx.state.auth).toEqualTypeOf<Auth | undefined>()
    })
  })
})

describe('fetch', () => {
  test('the handler gets who calls, then what the platform passes on', () => {
    const handler = forFetch.tokenRequired(tenantGuard)((request, auth, env: { region: string }) => {
      expectTypeOf(request).toEqualTypeOf<Request>()
      expectTypeOf(auth).toEqualTypeOf<Auth<TenantClaims>>()
      return new Response(env.region)
    })
    expectTypeOf(handler).parameters.toEqualTypeOf<[Request, { region: string }]>()
    expectTypeOf(handler).returns.toEqualTypeOf<Response | Promise<Response>>()
  })

  test('who calls may be undefined behind an optional rule', () => {
    forFetch.tokenRequired(guard, { optional: true })((_request, auth) => {
      expectTypeOf(auth).toEqualTypeOf<Auth | undefined>()
      return new Response()
    })
  })
})
