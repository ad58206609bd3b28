import type { FastifyRequest } from 'fastify'
import { mayChangePasskeys } from '../../domain/login/may-change-factor.ts'
import { knownAuthenticators } from '../../domain/passkeys/known-authenticators.ts'
import { type NewCredential, parseNewCredential } from '../../domain/passkeys/parse-credential.ts'
import { findChallengeEnd, takeChallenge } from '../../domain/passkeys/passkey-challenge.ts'
import { registerPasskey } from '../../domain/passkeys/register-passkey.ts'
import type { RelyingParty } from '../../domain/passkeys/relying-party.ts'
import { type VerifiedCredential, verifyRegistration } from '../../domain/passkeys/verify-registration.ts'
import type { Session } from '../../domain/sessions/session.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'
import { describeUserAgent } from '../../platform/http/describe-user-agent.ts'
import { lockBrowserSession } from '../browser-session.ts'
import { describeDoer } from '../describe-doer.ts'
import { noticeDeps } from '../notice-deps.ts'
import type { PasskeysDeps } from './passkeys-deps.ts'

/** The answer to a challenge of ours. */
interface Answer {
  readonly credential: NewCredential
  readonly challenge: string
  readonly challengeEnd: number
  readonly isConditional: boolean
}

/** Takes a passkey that was made for this session. False where it was not, or too late, or twice. */
export async function takeNewPasskey(
  deps: PasskeysDeps,
  request: FastifyRequest,
  { relyingParty, session, text }: { relyingParty: RelyingParty; session: Session; text: string },
): Promise<boolean> {
  const answer = findAnswer(deps, session, text)
  const verified = answer && (await verifyRegistration(relyingParty, answer))
  if (!verified) return false
  const owner = { ...describeDoer(request), accountId: session.accountId }
  const name = nameOf(verified, owner.userAgent) ?? stringsIn(owner.language).passkeys.unnamed
  const { urls, database } = deps
  const { credential, challenge, challengeEnd } = answer
  return database.write(async (tx) => {
    // The session may have ended meanwhile, or the account may have got a factor; what it makes would outlive the one and go around the other.
    if ((await lockBrowserSession(tx, urls, request))?.id !== session.id) return false
    if (!(await mayChangePasskeys(tx.sql, session))) return false
    if (!(await takeChallenge(tx, challenge, challengeEnd))) return false
    const { transports } = credential
    return (
      (await registerPasskey(tx, noticeDeps(deps), { owner, credential: verified, transports, name })) !== undefined
    )
  })
}

/** A passkey that was made without asking answers to a challenge of its own kind, and to no other. */
function findAnswer({ sealer }: PasskeysDeps, { id: boundTo }: Session, text: string): Answer | undefined {
  const credential = parseNewCredential(text)
  if (!credential) return undefined
  const { challenge } = credential.clientData
  for (const ceremony of ['register', 'upgrade'] as const) {
    const challengeEnd = findChallengeEnd(sealer, { ceremony, boundTo }, challenge)
    if (challengeEnd !== undefined)
      return { credential, challenge, challengeEnd, isConditional: ceremony === 'upgrade' }
  }
  return undefined
}

/** What made it, where that is well known; else the device that it was made on. */
function nameOf({ aaguid }: VerifiedCredential, userAgent: string | undefined): string | undefined {
  const { program, system } = describeUserAgent(userAgent)
  return (
    knownAuthenticators[aaguid] ?? ([program, system].filter((part) => part !== undefined).join(' · ') || undefined)
  )
}
