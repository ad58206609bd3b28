import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import * as forExpress from '../src/adapters/express.ts'
import * as forFastify from '../src/adapters/fastify.ts'
import * as forFetch from '../src/adapters/fetch.ts'
import * as forHono from '../src/adapters/hono.ts'
import * as forKoa from '../src/adapters/koa.ts'
import type { Guard, Rule } from '../src/guard.ts'

export interface RunningAdapter extends AsyncDisposable {
  /** Scheme, host and port. */
  readonly origin: string
}

/** Serves one guarded route for all methods and paths, which answers who calls, on a port of its own. */
export type StartAdapter = (guard: Guard, rule?: Rule) => Promise<RunningAdapter>

/** What the handler behind each adapter answers. */
function describeCaller(auth: { readonly subject: string } | undefined): { readonly caller: string | null } {
  return { caller: auth?.subject ?? null }
}

export const adapters: Readonly<Record<'express' | 'fastify' | 'hono' | 'koa' | 'fetch', StartAdapter>> = {
  express(guard, rule) {
    const app = express()
    // Otherwise its last error handler prints what it answers with 500.
    app.set('env', 'test')
    app.use(express.urlencoded(), express.json())
    app.use(forExpress.tokenRequired(guard, rule), (req, res) => {
      res.json(describeCaller(req.auth))
    })
    return listen(app)
  },

  async fastify(guard, rule) {
    const app = fastify({ forceCloseConnections: true })
    app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_, text, done) => {
      const form = new URLSearchParams(text.toString())
      done(null, Object.fromEntries([...form.keys()].map((name) => [name, unwrap(form.getAll(name))])))
    })
    const hook = guard.locations.includes('body') ? 'preValidation' : 'onRequest'
    app.all('/*', { [hook]: forFastify.tokenRequired(guard, rule) }, async (request) => describeCaller(request.auth))
    const origin = await app.listen({ host: '127.0.0.1', port: 0 })
    return { origin, [Symbol.asyncDispose]: () => app.close() }
  },

  hono(guard, rule) {
    const app = new Hono()
    app.onError((_error, c) => c.text('', 500))
    app.all('*', forHono.tokenRequired(guard, rule), (c) => c.json(describeCaller(c.get('auth'))))
    return listen(getRequestListener(app.fetch))
  },

  koa(guard, rule) {
    const app = new Koa()
    app.silent = true
    app.use(async (ctx, next) => {
      await parseKoaBody(ctx)
      return next()
    })
    app.use(forKoa.tokenRequired(guard, rule)).use((ctx) => {
      ctx.body = describeCaller(ctx.state.auth)
    })
    return listen(app.callback())
  },

  fetch(guard, rule) {
    const handler = forFetch.tokenRequired(guard, rule)((_request, auth) => Response.json(describeCaller(auth)))
    return listen(getRequestListener((request) => handler(request)))
  },
}

/** Serves a listener on a free loopback port. */
export async function listen(listener: RequestListener): Promise<RunningAdapter> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)))
        server.closeAllConnections()
      }),
  }
}

// Koa has no parser of its own; this one leaves the body where the usual ones do.
async function parseKoaBody(ctx: Koa.Context): Promise<void> {
  if (ctx.is('urlencoded', 'json') === false || ctx.is('urlencoded', 'json') === null) return
  const chunks: Buffer[] = []
  for await (const chunk of ctx.req) chunks.push(chunk)
  const text = Buffer.concat(chunks).toString()
  const form = new URLSearchParams(text)
  const body = ctx.is('json')
    ? JSON.parse(text)
    : Object.fromEntries([...form.keys()].map((name) => [name, unwrap(form.getAll(name))]))
  Object.assign(ctx.request, { body })
}

function unwrap(values: readonly string[]): string | readonly string[] {
  return values.length === 1 ? (values[0] ?? '') : values
}
