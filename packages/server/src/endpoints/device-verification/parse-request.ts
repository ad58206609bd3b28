import type { FastifyRequest } from 'fastify'
import { readFrontChannelParameters } from '../front-channel-parameters.ts'

/** Far more than a code has, however it is typed. */
const LONGEST_TYPED = 64

/** What a person has entered on one of the pages. */
export interface VerificationRequest {
  /** As it was typed; empty when nothing was. */
  readonly typed: string
  /** Whose session it was when the page was shown. */
  readonly accountId: string | undefined
  /** Undefined: none. */
  readonly decision: 'allow' | 'deny' | undefined
}

export function parseVerification(request: FastifyRequest): VerificationRequest {
  const { user_code: typed = '', account, decision } = readFrontChannelParameters(request).values
  return {
    typed: typed.slice(0, LONGEST_TYPED),
    accountId: account,
    decision: decision === 'allow' || decision === 'deny' ? decision : undefined,
  }
}
