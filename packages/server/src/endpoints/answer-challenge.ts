import type { FastifyReply, FastifyRequest } from 'fastify'
import type { EmailChallenge } from '../domain/email-challenges/email-challenge.ts'
import { wantsPage } from '../platform/http/wants-page.ts'

/** Leads a browser to where the code of a mail is entered; tells a program the challenge that its code is for. */
export function answerChallenge(
  request: FastifyRequest,
  reply: FastifyReply,
  asked: {
    readonly challenge: Pick<EmailChallenge, 'id' | 'expiresAt'>
    /** A path on this origin. */
    readonly codePath: string
    readonly returnTo: string | undefined
  },
): FastifyReply {
  const { challenge, codePath, returnTo } = asked
  reply.header('cache-control', 'no-store')
  if (!wantsPage(request))
    return reply.status(202).send({ challenge: challenge.id, expires_at: new Date(challenge.expiresAt).toISOString() })
  const query = new URLSearchParams({ challenge: challenge.id, ...(returnTo !== undefined && { return_to: returnTo }) })
  return reply.redirect(`${codePath}?${query}`, 303)
}
