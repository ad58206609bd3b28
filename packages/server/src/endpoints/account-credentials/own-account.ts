import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Account } from '../../domain/accounts/account.ts'
import { findAccount } from '../../domain/accounts/find-account.ts'
import type { Session } from '../../domain/sessions/session.ts'
import { findBrowserSession } from '../browser-session.ts'
import type { EmailFlowDeps } from '../email-flow-deps.ts'
import { isFreshLogin, sendToFreshLogin, sendToLogin } from '../send-to-login.ts'

/** Who is signed in, and may change how they log in. */
export interface OwnAccount {
  readonly session: Session
  readonly account: Account
}

/** Those who have just shown who they are; others are answered here, and led back to `path` when they have. */
export async function findFreshOwner(
  deps: EmailFlowDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  path: string,
): Promise<OwnAccount | undefined> {
  const { urls, clock } = deps
  const owner = await findOwner(deps, request)
  if (owner === undefined) {
    await sendToLogin(urls, request, reply)
    return undefined
  }
  if (isFreshLogin(owner.session, clock.now())) return owner
  await sendToFreshLogin(urls, request, reply, path)
  return undefined
}

/** Absent: nobody is signed in here. */
export async function findOwner(
  { urls, database, clock }: EmailFlowDeps,
  request: FastifyRequest,
): Promise<OwnAccount | undefined> {
  const session = await findBrowserSession(database.read, urls, request, clock.now())
  const account = session && (await findAccount(database.read, session.accountId))
  return session && account && { session, account }
}
