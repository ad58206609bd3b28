import type { FastifyRequest } from 'fastify'
import type { Doer } from '../domain/mails/leave-notice.ts'
import { parseNetwork } from '../domain/throttle/parse-network.ts'
import { choosePageLanguage } from './choose-page-language.ts'

/** Who sends a request, for the notice of what they do by it. */
export function describeDoer(request: Pick<FastifyRequest, 'ip' | 'headers'>): Doer {
  return {
    network: parseNetwork(request.ip),
    userAgent: request.headers['user-agent'],
    language: choosePageLanguage(request),
  }
}
