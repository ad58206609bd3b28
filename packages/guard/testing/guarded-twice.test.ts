import { getRequestListener } from '@hono/node-server'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import { expect, test } from 'vitest'
import * as forExpress from '../src/adapters/express.ts'
import * as forFastify from '../src/adapters/fastify.ts'
import * as forFetch from '../src/adapters/fetch.ts'
import * as forHono from '../src/adapters/hono.ts'
import * as forKoa from '../src/adapters/koa.ts'
import { createGuard } from '../src/create-guard.ts'
import { dpop } from '../src/dpop/dpop.ts'
import type { Guard } from '../src/guard.ts'
import { createClientKey, signProof } from './sign-proof.ts'
import { audience, issuer, nowSeconds, secret, signToken } from './sign-token.ts'
import { listen, type RunningAdapter } from './start-adapter.ts'

const rule = { scope: 'orders:read' }

/** A guard before all routes, and one that asks for more before its own. */
const apps: Readonly<Record<string, (guard: Guard) => Promise<RunningAdapter>>> = {
  express(guard) {
    const app = express()
    app.use(forExpress.tokenRequired(guard))
    app.get('/guarded', forExpress.tokenRequired(guard, rule), (_, res) => {
      res.send('in')
    })
    return listen(app)
  },
  async fastify(guard) {
    const app = fastify({ forceCloseConnections: true })
    app.addHook('onRequest', forFastify.tokenRequired(guard))
    app.get('/guarded', { onRequest: forFastify.tokenRequired(guard, rule) }, async () => 'in')
    const origin = await app.listen({ host: '127.0.0.1', port: 0 })
    return { origin, [Symbol.asyncDispose]: () => app.close() }
  },
  hono(guard) {
    const app = new Hono()
    app.use(forHono.tokenRequired(guard))
    app.get('/guarded', forHono.tokenRequired(guard, rule), (c) => c.text('in'))
    return listen(getRequestListener(app.fetch))
  },
  koa(guard) {
    const app = new Koa()
    app.use(forKoa.tokenRequired(guard)).use(forKoa.tokenRequired(guard, rule))
    app.use((ctx) => {
      ctx.body = 'in'
    })
    return listen(app.callback())
  },
  fetch(guard) {
    const inner = forFetch.tokenRequired(guard, rule)(() => new Response('in'))
    return listen(getRequestListener(forFetch.tokenRequired(guard)((request) => inner(request))))
  },
}

test.each(Object.keys(apps))(
  'RFC 9449 §11.1: a request that two guards look at shows its proof once, and another one with it is refused (%s)',
  async (framework) => {
    const key = createClientKey()
    const token = signToken({ cnf: { jkt: key.jkt }, scope: 'orders:read' })
    const clock = () => nowSeconds * 1000
    const guard = createGuard({ issuer, audience, keys: { secret }, clock, dpop: dpop({ nonce: 'none' }) })
    await using app = await apps[framework]?.(guard)
    const headers = { authorization: `DPoP ${token}`, dpop: signProof(key, token) }
    const send = async () => {
      const answer = await fetch(`${app?.origin}/guarded`, { headers })
      return [answer.status, (await answer.text()).slice(0, 30)]
    }
    expect(await send()).toEqual([200, 'in'])
    expect(await send()).toEqual([401, '{"error":"invalid_dpop_proof",'])
  },
)
