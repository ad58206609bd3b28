import type { FastifyReply } from 'fastify'
import { toProblem } from '../platform/http/answer-problems.ts'
import type { HttpServer } from '../platform/http/create-http-server.ts'
import type { OauthErrorCode } from './oauth-error-codes.ts'

/** A refusal as OAuth endpoints answer it, RFC 6749 §5.2. */
export interface OauthError {
  readonly status: 400 | 401 | 403 | 413 | 415 | 429 | 503
  readonly error: OauthErrorCode
  /** One sentence: what happened and what to do. */
  readonly description: string
  /** Which check failed, for the log alone; never a secret. */
  readonly reason?: string | undefined
  readonly headers?: Readonly<Record<string, string>>
}

export interface RefusedRequest {
  readonly ok: false
  readonly error: OauthError
}

/** What most refusals are: 400, with a code and a sentence, and where that says less than is known, the reason for the log. */
export function refuseRequest(error: OauthErrorCode, description: string, reason?: string): RefusedRequest {
  return { ok: false, error: { status: 400, error, description, reason } }
}

/** Answers a refusal, with the page of its code and the id under which the log has the reason. */
export function sendOauthError(
  reply: FastifyReply,
  { status, error, description, reason, headers = {} }: OauthError,
): FastifyReply {
  const { request } = reply
  // What has a reason of its own is looked for by whoever integrates an app.
  if (reason !== undefined && request.server.lineBudgets.refused.take())
    request.log.warn({ error, description, reason }, 'refused')
  return reply
    .status(status)
    .headers({ ...headers, 'cache-control': 'no-store', 'access-control-allow-origin': '*' })
    .send({
      error,
      // RFC 6749 §5.2: no quotes and no backslashes in a description.
      error_description: description.replaceAll(/["\\]/g, "'"),
      error_uri: request.server.errorPageUrl(error),
      incident_id: request.id,
    })
}

/**
 * Makes a room answer malformed requests in OAuth's own form too, with the error that its specification has for them. What is no caller's
 * fault goes on to the whole server.
 */
export function answerOauthErrors(room: HttpServer, error: OauthErrorCode = 'invalid_request'): void {
  room.setErrorHandler((thrown, _, reply) => {
    const { status, headers, message: description } = toProblem(thrown)
    // A body of another type or size is malformed, too: who asks in OAuth's form reads only that of an answer.
    if (status !== 400 && status !== 413 && status !== 415) throw thrown
    return sendOauthError(reply, { status, error, description, headers })
  })
}
