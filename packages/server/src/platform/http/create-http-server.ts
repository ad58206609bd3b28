import type { Server } from 'node:http'
import type { FastifyBaseLogger, FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { fastify, LogController } from 'fastify'
import type { Log } from '../log/create-log.ts'
import { randomId } from '../random/random.ts'
import { parseForm, parseJsonObject } from './parse-body.ts'
import { Problem, titleOf, toProblemJson } from './problem.ts'
import { wantsPage } from './request-origin.ts'

export type HttpServer = FastifyInstance<Server>

export interface HttpServerOptions {
  readonly log: Log
  /** Addresses or networks whose X-Forwarded-For is believed; empty: nobody's. */
  readonly trustedProxies: readonly string[]
  /** Renders a problem for a browser, with the same words as the JSON. */
  readonly renderProblemPage: (problem: Problem, incidentId: string, request: FastifyRequest) => ProblemPage
  /** Called after each answer, with the route's pattern (never the URL: its query may hold a token) and seconds. */
  readonly observe: (request: { method: string; route: string; status: number; seconds: number }) => void
}

export interface ProblemPage {
  readonly html: string
  readonly headers: Readonly<Record<string, string>>
}

const BODY_LIMIT_BYTES = 64 * 1024

/**
 * An HTTP server without routes: bodies are parsed strictly, errors become problems, every request has an id and one log line.
 *
 * The Host header is used for nothing: every URL in an answer comes from the issuer.
 */
export function createHttpServer(options: HttpServerOptions): HttpServer {
  const loggerInstance: FastifyBaseLogger = options.log
  const server: HttpServer = fastify({
    loggerInstance,
    // Our own line, below: Fastify's would log the URL, whose query may hold a token.
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    genReqId: randomId,
    requestIdHeader: false,
    bodyLimit: BODY_LIMIT_BYTES,
    trustProxy: options.trustedProxies.length > 0 ? [...options.trustedProxies] : false,
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    connectionTimeout: 0,
    requestTimeout: 30_000,
    routerOptions: { maxParamLength: 256 },
    // Types are taken as sent: no text becomes a number and no array a text.
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false } },
    frameworkErrors: (error, request, reply) => sendProblem(options, toProblem(error), request, reply),
  })
  takeFormsAndJson(server)
  answerErrorsAsProblems(server, options)
  observeRequests(server, options)
  return server
}

function takeFormsAndJson(server: HttpServer): void {
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (_: FastifyRequest, body: Buffer) =>
    parseJsonObject(body),
  )
  server.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'buffer' },
    async (_: FastifyRequest, body: Buffer) => parseForm(body),
  )
}

function answerErrorsAsProblems(server: HttpServer, options: HttpServerOptions): void {
  server.setErrorHandler((error, request, reply) => sendProblem(options, toProblem(error), request, reply))
  server.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? ''
    const allowed = (['GET', 'POST'] as const).filter((method) => server.findRoute({ method, url: path }) !== null)
    const problem =
      allowed.length === 0
        ? new Problem({ status: 404, code: 'not_found', detail: 'There is nothing at this address.' })
        : new Problem({
            status: 405,
            code: 'method_not_allowed',
            detail: `This address takes ${allowed.join(' and ')}.`,
            headers: { allow: allowed.join(', ') },
          })
    return sendProblem(options, problem, request, reply)
  })
}

function sendProblem(
  options: HttpServerOptions,
  problem: Problem,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  if (problem.status >= 500)
    request.log.error({ error: problem.cause ?? problem, code: problem.code }, 'request failed')
  reply.status(problem.status).headers(problem.headers)
  // Once more: a request that Fastify could not route has met no hook.
  reply.header('cache-control', 'no-store').header('x-request-id', request.id)
  if (wantsPage(request)) {
    const page = options.renderProblemPage(problem, request.id, request)
    return reply.headers(page.headers).type('text/html; charset=utf-8').send(page.html)
  }
  // As bytes: Fastify would add a charset to a text, and the media type has none (RFC 9457 §6.1).
  return reply.type('application/problem+json').send(Buffer.from(JSON.stringify(toProblemJson(problem, request.id))))
}

const DETAILS: Readonly<Record<number, readonly [code: string, detail: string]>> = {
  400: ['malformed_request', 'The request is not well formed.'],
  413: ['body_too_large', `The body is larger than ${BODY_LIMIT_BYTES / 1024} KiB.`],
  415: ['unsupported_media_type', 'Send the body as application/json or application/x-www-form-urlencoded.'],
}

/** Whatever was thrown, as what a caller may see: a framework's 4xx keeps its status, everything else is a 500 without a word on why. */
function toProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown
  if (thrown instanceof Error && thrown.name === 'AbortError') {
    return new Problem({ status: 499, code: 'client_gone', detail: 'The connection was closed before the answer.' })
  }
  const error = thrown as Partial<FastifyError>
  if (error.validation) {
    const first = error.validation[0]
    return new Problem({ status: 400, code: 'invalid_parameter', detail: describeInvalidParameter(first) })
  }
  const status = error.statusCode ?? 500
  if (status < 400 || status >= 500) return serverError(thrown)
  const [code, detail] = DETAILS[status] ?? DETAILS[400] ?? []
  return new Problem({ status, code: code ?? 'malformed_request', detail: detail ?? titleOf(status) })
}

function serverError(cause: unknown): Problem {
  const problem = new Problem({
    status: 500,
    code: 'server_error',
    detail: 'Something went wrong here. The incident id leads to the reason in the log.',
  })
  problem.cause = cause
  return problem
}

interface SchemaFinding {
  readonly keyword: string
  readonly instancePath: string
  readonly params: Record<string, unknown>
}

/** A sentence that names the parameter and the rule, never the value. */
export function describeInvalidParameter(finding: SchemaFinding | undefined): string {
  const name = finding?.instancePath.slice(1) || String(finding?.params.missingProperty ?? '')
  const subject = name ? `"${name}"` : 'The request body'
  switch (finding?.keyword) {
    case 'required':
      return `${subject} is missing.`
    case 'maxLength':
      return `${subject} is longer than ${finding.params.limit} characters.`
    case 'minLength':
      return `${subject} is empty.`
    case 'pattern':
      return `${subject} holds a character that is not allowed there.`
    case 'type':
      return `${subject} must be ${name ? 'one' : 'a'} ${finding.params.type}${name ? ', sent once' : ' of parameters'}.`
    default:
      return `${subject} is not valid.`
  }
}

function observeRequests(server: HttpServer, options: HttpServerOptions): void {
  server.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id)
    done()
  })
  server.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? '(none)'
    const status = reply.statusCode
    const milliseconds = reply.elapsedTime
    options.observe({ method: request.method, route, status, seconds: milliseconds / 1000 })
    request.log.info(
      { method: request.method, route, status, milliseconds: Math.round(milliseconds * 10) / 10 },
      'answered',
    )
    done()
  })
}
