import { quote, type Snippet } from './snippet.ts'

/** What is guarded: an API of this installation. */
export interface GuardedApi {
  readonly issuer: string
  readonly audience: string
  readonly scopes: readonly string[]
  /** Signed with a secret that the API has too; it stands in the environment. */
  readonly isSecretShared: boolean
}

/** How the API refuses what has no good token, in each framework. */
export function guardSnippets(api: GuardedApi): readonly Snippet[] {
  const rule = api.scopes[0] === undefined ? '' : `, { scope: ${quote(api.scopes[0])} }`
  const install = (framework: string): string => `npm install @ostiary/guard${framework}`
  return [
    { name: 'Express', file: 'server.mjs', install: install(' express'), text: express(api, rule) },
    { name: 'Fastify', file: 'server.mjs', install: install(' fastify'), text: fastify(api, rule) },
    { name: 'Hono', file: 'server.mjs', install: install(' hono @hono/node-server'), text: hono(api, rule) },
    { name: 'Koa', file: 'server.mjs', install: install(' koa'), text: koa(api, rule) },
    { name: 'Next.js', file: 'app/api/orders/route.js', install: install(''), text: fetchHandler(api, rule) },
  ]
}

function guard({ issuer, audience, isSecretShared }: GuardedApi): string {
  const keys = isSecretShared ? '\n  keys: { secret: process.env.API_SECRET },' : ''
  return `const guard = createGuard({
  issuer: ${quote(issuer)},
  audience: ${quote(audience)},${keys}
})`
}

function express(api: GuardedApi, rule: string): string {
  return `import { createGuard } from '@ostiary/guard'
import { tokenRequired } from '@ostiary/guard/express'
import express from 'express'

${guard(api)}

const app = express()
app.get('/', tokenRequired(guard${rule}), (req, res) => {
  res.json({ welcome: req.auth.subject })
})
app.listen(process.env.PORT ?? 3000)
`
}

function fastify(api: GuardedApi, rule: string): string {
  return `import { createGuard } from '@ostiary/guard'
import { tokenRequired } from '@ostiary/guard/fastify'
import fastify from 'fastify'

${guard(api)}

const app = fastify()
app.get('/', { onRequest: tokenRequired(guard${rule}) }, async (request) => ({
  welcome: request.auth.subject,
}))
await app.listen({ port: Number(process.env.PORT ?? 3000) })
`
}

function hono(api: GuardedApi, rule: string): string {
  return `import { serve } from '@hono/node-server'
import { createGuard } from '@ostiary/guard'
import { tokenRequired } from '@ostiary/guard/hono'
import { Hono } from 'hono'

${guard(api)}

const app = new Hono()
app.get('/', tokenRequired(guard${rule}), (c) => c.json({ welcome: c.get('auth').subject }))
serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000) })
`
}

function koa(api: GuardedApi, rule: string): string {
  return `import { createGuard } from '@ostiary/guard'
import { tokenRequired } from '@ostiary/guard/koa'
import Koa from 'koa'

${guard(api)}

const app = new Koa()
app.use(tokenRequired(guard${rule})).use((ctx) => {
  ctx.body = { welcome: ctx.state.auth.subject }
})
app.listen(process.env.PORT ?? 3000)
`
}

function fetchHandler(api: GuardedApi, rule: string): string {
  return `import { createGuard } from '@ostiary/guard'
import { tokenRequired } from '@ostiary/guard/fetch'

${guard(api)}

export const GET = tokenRequired(guard${rule})((request, auth) => Response.json({ welcome: auth.subject }))
`
}
