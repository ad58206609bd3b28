import type { FastifyRequest } from 'fastify'
import { type PasskeyAnswer, verifyPasskeyAnswer } from '../../domain/login/verify-passkey-answer.ts'
import { parseAssertion } from '../../domain/passkeys/parse-credential.ts'
import type { ChallengeScope } from '../../domain/passkeys/passkey-challenge.ts'
import { type BegunLogin, findBegunLogin, type WantedStep } from '../begun-login.ts'
import type { SecondFactorBody } from './parse-request.ts'
import type { SecondFactorDeps } from './second-factor-deps.ts'

/** Verifies what a passkey has answered to the page of what has begun in this browser; absent where another factor was tried, or nothing has begun. */
export async function verifyAnswer(
  deps: SecondFactorDeps,
  request: FastifyRequest<{ Body: SecondFactorBody }>,
  wanted: WantedStep,
): Promise<PasskeyAnswer | undefined> {
  const { urls, database, clock } = deps
  const { factor, credential = '' } = request.body
  if (factor !== 'passkey' || !urls.relyingParty) return undefined
  const begun = await findBegunLogin(database.read, urls, request, { ...wanted, now: clock.now() })
  if (!begun) return undefined
  const { accountId } = begun.login
  const asked = { relyingParty: urls.relyingParty, scope: scopeOf(begun), accountId }
  return verifyPasskeyAnswer(deps, { ...asked, assertion: parseAssertion(credential) })
}

/** A challenge of the page counts for what has begun, and for nothing that begins after it. */
export function scopeOf({ id }: BegunLogin): ChallengeScope {
  return { ceremony: 'second_factor', boundTo: id }
}
