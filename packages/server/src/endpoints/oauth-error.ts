import type { FastifyReply } from 'fastify'

/** A refusal as OAuth endpoints answer it, RFC 6749 §5.2. */
export interface OauthError {
  readonly status: 400 | 401 | 403 | 503
  readonly error: string
  /** One sentence: what happened and what to do. */
  readonly description: string
  readonly headers?: Readonly<Record<string, string>>
}

export function sendOauthError(
  reply: FastifyReply,
  { status, error, description, headers = {} }: OauthError,
): FastifyReply {
  return reply
    .status(status)
    .headers({ ...headers, 'cache-control': 'no-store' })
    .send({ error, error_description: description })
}
