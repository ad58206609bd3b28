import type { Server } from 'node:http'
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest } from 'fastify'
import { fastify, LogController } from 'fastify'
import { boundLines, type LineBudget } from '../log/bound-lines.ts'
import type { Log } from '../log/create-log.ts'
import { randomId } from '../random/random.ts'
import { type AdmitOptions, admitRequests } from './admit-requests.ts'
import { answerProblems, sendProblem, toProblem } from './answer-problems.ts'
import { boundConnections, type Connections, connectionLimits } from './bound-connections.ts'
import { boundUploads } from './bound-uploads.ts'
import { parseForm, parseJsonObject } from './parse-body.ts'
import { Problem } from './problem.ts'
import { traceRequests } from './trace-requests.ts'
import { compileRouteSchema } from './validator-of.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Where a person reads what an error code means. */
    errorPageUrl(code: string): string
    readonly connections: Connections
    /** Of refusals, reasons for them and failures, so many lines a second are written. */
    readonly lineBudgets: Readonly<Record<'answered' | 'refused' | 'failed', LineBudget>>
  }
}

export type HttpServer = FastifyInstance<Server>

export interface HttpServerOptions extends AdmitOptions {
  readonly log: Log
  /** Addresses or networks whose X-Forwarded-For is believed; empty: nobody's. */
  readonly trustedProxies: readonly string[]
  /** Where a person reads what an error code means: problems and OAuth errors link there. */
  readonly errorPageUrl: (code: string) => string
  /** Called after each answer, with the route's pattern (never the URL: its query may hold a token) and seconds. */
  readonly observe: (request: { method: string; route: string; status: number; seconds: number }) => void
}

const BODY_LIMIT_BYTES = 64 * 1024
const REQUEST_LIMIT_MS = 30_000
const HEADERS_LIMIT_MS = 10_000
/** How often these limits are looked at. */
const CHECKING_MS = 5_000

/**
 * An HTTP server without routes: bodies are parsed strictly, errors become problems, every request has an id and one log line.
 * Of answers that refuse, a hundred lines a second are written, and how many were left out.
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
    // The audience of an API, percent-encoded.
    routerOptions: { maxParamLength: 2048 },
    requestTimeout: REQUEST_LIMIT_MS,
    http: { headersTimeout: HEADERS_LIMIT_MS, connectionsCheckingInterval: CHECKING_MS },
    trustProxy: options.trustedProxies.length > 0 ? [...options.trustedProxies] : false,
    // While it closes, what has come in is still answered.
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) =>
      sendProblem(options.renderProblemPage, toProblem(error), request, reply),
  })
  // Types are taken as sent: no text becomes a number and no array a text.
  server.setValidatorCompiler(compileRouteSchema)
  server.decorate('errorPageUrl', options.errorPageUrl)
  server.decorate('connections', boundConnections(server.server, connectionLimits()))
  // What is done is never more than this machine manages; what is refused can be any number.
  server.decorate('lineBudgets', {
    answered: boundLines(options.log, 'answered'),
    refused: boundLines(options.log, 'refused'),
    failed: boundLines(options.log, 'request failed'),
  })
  traceRequests(server)
  boundUploads(server)
  takeFormsAndJson(server)
  answerProblems(server, options.renderProblemPage)
  admitRequests(server, options)
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
  server.addHook('preParsing', async (request, _, payload) => {
    // RFC 9110 §8.4: a coding that is not taken is 415, not a body that looks malformed.
    if ((request.headers['content-encoding'] ?? 'identity') === 'identity') return payload
    throw new Problem({
      status: 415,
      code: 'unsupported_media_type',
      detail: 'Send the body without a content encoding.',
      headers: { 'accept-encoding': 'identity' },
    })
  })
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
    if (status >= 400 && !server.lineBudgets.answered.take()) return done()
    const fields = { method: request.method, route, status, milliseconds: Math.round(milliseconds * 10) / 10 }
    request.span.enter(() => request.log.info(fields, 'answered'))
    done()
  })
}
