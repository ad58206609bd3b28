import type { Server } from 'node:http'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { DatabaseError } from '../database/database-error.ts'
import { describeInvalidParameter } from './describe-invalid-parameter.ts'
import { Problem, toProblemJson } from './problem.ts'
import { wantsPage } from './wants-page.ts'

export interface ProblemPage {
  readonly html: string
  readonly headers: Readonly<Record<string, string>>
}

/** Renders a problem for a browser: a page with the words that a person needs. */
export type RenderProblemPage = (problem: Problem, incidentId: string, request: FastifyRequest) => ProblemPage

/** Answers whatever is thrown, and every address that is not there, as a problem or its page. */
export function answerProblems(server: FastifyInstance<Server>, renderPage: RenderProblemPage): void {
  server.setErrorHandler((error, request, reply) => sendProblem(renderPage, toProblem(error), request, reply))
  server.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? ''
    const allowed = (['GET', 'POST', 'PATCH', 'PUT', 'DELETE'] as const).filter(
      (method) => server.findRoute({ method, url: path }) !== null,
    )
    return sendProblem(renderPage, allowed.length === 0 ? notFound() : methodNotAllowed(allowed), request, reply)
  })
}

export function sendProblem(
  renderPage: RenderProblemPage,
  problem: Problem,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  // A 503 of ours is no bug, but for want of the database: what made it refuse is counted, and a flood of refusals must not become one of log lines.
  const isOurs = problem.status === 500 || problem.code === 'storage_unavailable'
  if (isOurs && request.server.lineBudgets.failed.take())
    request.log.error({ error: problem.cause, code: problem.code }, 'request failed')
  reply.status(problem.status).headers(problem.headers)
  // Once more: a request that Fastify could not route has met no hook.
  reply.header('cache-control', 'no-store').header('x-request-id', request.id)
  if (wantsPage(request)) {
    const page = renderPage(problem, request.id, request)
    return reply.headers(page.headers).type('text/html; charset=utf-8').send(page.html)
  }
  // As bytes: Fastify would add a charset to a text, and the media type has none (RFC 9457 §6.1).
  const body = toProblemJson(problem, request.id, request.server.errorPageUrl(problem.code))
  return reply.type('application/problem+json').send(Buffer.from(JSON.stringify(body)))
}

const MALFORMED = { code: 'malformed_request', detail: 'The request is not well formed.' }

const KNOWN: Readonly<Record<number, { readonly code: string; readonly detail: string }>> = {
  413: { code: 'body_too_large', detail: 'The body is larger than 64 KiB.' },
  415: {
    code: 'unsupported_media_type',
    detail: 'Send the body as application/json or application/x-www-form-urlencoded, without a content encoding.',
  },
}

/** Whatever was thrown, as what a caller may see: a framework's 4xx keeps its status, everything else is a 500 without a word on why. */
export function toProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown
  if (thrown instanceof Error && thrown.name === 'AbortError') {
    return new Problem({ status: 499, code: 'client_gone', detail: 'The connection was closed before the answer.' })
  }
  if (thrown instanceof DatabaseError) return databaseUnavailable(thrown)
  const error = thrown as Partial<FastifyError>
  if (error.validation) {
    const detail = describeInvalidParameter(error.validation[0])
    return new Problem({ status: 400, code: 'invalid_parameter', detail })
  }
  const status = error.statusCode ?? 500
  return status >= 400 && status < 500 ? new Problem({ status, ...(KNOWN[status] ?? MALFORMED) }) : serverError(thrown)
}

function databaseUnavailable(cause: DatabaseError): Problem {
  const detail = 'Nothing can be read or stored here at this moment. Try again in a few seconds.'
  const headers = { 'retry-after': '3' }
  const problem = new Problem({ status: 503, code: 'storage_unavailable', detail, headers })
  problem.cause = cause
  return problem
}

/** What every address is answered with where there is nothing. */
export function notFound(): Problem {
  return new Problem({ status: 404, code: 'not_found', detail: 'There is nothing at this address.' })
}

const list = new Intl.ListFormat('en')

/** RFC 9110 §15.5.6: a 405 names the methods that the address takes. */
function methodNotAllowed(allowed: readonly string[]): Problem {
  const detail = `This address takes ${list.format(allowed)}.`
  return new Problem({ status: 405, code: 'method_not_allowed', detail, headers: { allow: allowed.join(', ') } })
}

function serverError(cause: unknown): Problem {
  const detail = 'Something went wrong here. The incident id leads to the reason in the log.'
  const problem = new Problem({ status: 500, code: 'server_error', detail })
  problem.cause = cause
  return problem
}
