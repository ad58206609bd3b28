import type { FastifyReply, FastifyRequest } from 'fastify'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { Problem } from '../../platform/http/problem.ts'
import { validatorOf } from '../../platform/http/validator-of.ts'
import { abortWhenGone } from '../abort-when-gone.ts'
import type { AdminAnswer, AdminCall } from './admin-call.ts'
import type { AdminDeps } from './admin-deps.ts'
import type { AdminRoute } from './admin-route.ts'
import { adminRoutes } from './admin-routes.ts'
import { type AdminCaller, authenticateCaller, requirePermission } from './authenticate-caller.ts'
import { entityTag, requireIfMatch } from './entity-tag.ts'
import { parseRequest } from './parse-request.ts'
import { referenceRoutes } from './reference-routes.ts'
import { writeAsCaller } from './write-as-caller.ts'

/** Serves the Admin API: the routes of `adminRoutes`, and what documents them. */
export function adminEndpoint(server: HttpServer, deps: AdminDeps): void {
  referenceRoutes(server, deps)
  const callers = new WeakMap<FastifyRequest, AdminCaller>()
  for (const route of adminRoutes) register(server, deps, route, callers)
}

function register(
  server: HttpServer,
  deps: AdminDeps,
  route: AdminRoute,
  callers: WeakMap<FastifyRequest, AdminCaller>,
): void {
  server.route({
    method: route.method,
    url: deps.urls.adminPath + toPattern(route.path),
    // Strangers don't come past the next line.
    config: { importance: 'prompt' },
    // Before anything of the request is read: nobody but who may do it learns what it takes.
    async onRequest(request, reply) {
      const caller = await authenticateCaller(deps, request, reply)
      requirePermission(caller, route.permission)
      requireJson(request)
      callers.set(request, caller)
    },
    async handler(request, reply) {
      const caller = callers.get(request)
      if (caller === undefined) throw new Error('a call came past its authentication')
      const call = readCall({ deps, caller, route, request, reply })
      if (route.match === 'required') requireIfMatch(call.ifMatch)
      return sendAnswer(reply, route, await route.act(call))
    },
  })
}

/** `/accounts/{account_id}` → `/accounts/:account_id` */
function toPattern(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1')
}

/** A form is no JSON, though the server reads both. */
function requireJson({ headers }: FastifyRequest): void {
  const type = headers['content-type']
  if (type === undefined || /^application\/json\s*(;|$)/i.test(type)) return
  throw new Problem({ status: 415, code: 'unsupported_media_type', detail: 'Send the body as application/json.' })
}

function readCall({
  deps,
  caller,
  route,
  request,
  reply,
}: {
  readonly deps: AdminDeps
  readonly caller: AdminCaller
  readonly route: AdminRoute
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}): AdminCall {
  const { 'if-match': ifMatch, 'idempotency-key': idempotencyKey } = request.headers
  return {
    ...parseRequest(route, request),
    ...{ deps: { ...deps, database: writeAsCaller(deps, caller) }, caller, request, ifMatch },
    idempotencyKey: Array.isArray(idempotencyKey) ? idempotencyKey.join() : idempotencyKey,
    target: `${request.method} ${request.url.split('?', 1)[0]}`,
    signal: AbortSignal.any([deps.stopping, abortWhenGone(reply)]),
  }
}

/** What its schema does not know is not sent: a secret would have to be declared before it could come out. */
function sendAnswer(
  reply: FastifyReply,
  { answer: declared, path }: AdminRoute,
  { status = declared.status, body, once, location, headers = {} }: AdminAnswer,
): FastifyReply {
  reply.status(status).headers({ ...headers, 'cache-control': 'no-store' })
  if (location !== undefined) reply.header('location', location)
  if (declared.schema === undefined || body === undefined) return reply.send()
  const sent = { ...body, ...once }
  const validator = validatorOf(declared.schema)
  if (!validator.Check(sent)) {
    const [fault] = validator.Errors(sent)
    throw new Error(`the answer of ${path} is not what its schema says: ${fault?.instancePath} ${fault?.message}`)
  }
  if (declared.isTagged === true) reply.header('etag', entityTag(body))
  return reply.type('application/json; charset=utf-8').send(JSON.stringify(sent))
}
