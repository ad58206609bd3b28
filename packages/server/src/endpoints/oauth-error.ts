import type { FastifyReply, FastifyRequest } from 'fastify'
import { toProblem } from '../platform/http/answer-problems.ts'
import type { HttpServer } from '../platform/http/create-http-server.ts'

/** The errors of RFC 6749 §5.2, and of RFC 8707 §2. */
export type OAuthErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'invalid_scope'
  | 'invalid_target'

/** What an OAuth endpoint refuses a request for; answered as RFC 6749 §5.2 says. */
export class OAuthError extends Error {
  override readonly name = 'OAuthError'
  readonly code: OAuthErrorCode
  readonly status: 400 | 401
  readonly headers: Readonly<Record<string, string>>
  /** @param description one sentence in ASCII without quotes: what to do. */
  constructor(code: OAuthErrorCode, description: string, headers: Readonly<Record<string, string>> = {}) {
    super(description)
    this.code = code
    this.status = code === 'invalid_client' ? 401 : 400
    this.headers = headers
  }
}

/** Makes a room answer errors in OAuth's own form. What is no caller's fault goes on to the whole server's. */
export function answerOAuthErrors(room: HttpServer): void {
  room.setErrorHandler((thrown, request, reply) => {
    if (thrown instanceof OAuthError) return sendOAuthError(thrown, request, reply)
    const problem = toProblem(thrown)
    if (problem.status !== 400) throw thrown
    return sendOAuthError(new OAuthError('invalid_request', problem.message.replaceAll('"', "'")), request, reply)
  })
}

function sendOAuthError(error: OAuthError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  request.log.info({ error: error.code, reason: error.message }, 'refused')
  return reply
    .status(error.status)
    .headers(error.headers)
    .header('cache-control', 'no-store')
    .header('access-control-allow-origin', '*')
    .send({ error: error.code, error_description: error.message })
}
