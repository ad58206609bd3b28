import type { FastifyRequest } from 'fastify'
import { findAccount } from '../domain/accounts/find-account.ts'
import { lockAccount } from '../domain/accounts/lock-account.ts'
import type { LoginProgress } from '../domain/login/find-pending-step.ts'
import {
  findPendingLogin,
  lockPendingLogin,
  type PendingLogin,
  usePendingLogin,
} from '../domain/login/pending-login.ts'
import type { EpochMilliseconds } from '../platform/clock/clock.ts'
import type { Database, Queries, Transaction } from '../platform/database/database.ts'
import { findBrowserSession } from './browser-session.ts'
import { findDemand } from './find-demand.ts'
import type { IssuerUrls } from './issuer-urls.ts'
import { findOwnCookie } from './own-cookies.ts'

/** What a further step is added to: a login that waits, or a session that is to prove more. */
export interface BegunLogin {
  /** What a form of its page carries; no secret. */
  readonly id: string
  readonly login: PendingLogin
}

/** Which of the two, and where it leads. */
export interface WantedStep {
  readonly isStepUp: boolean
  /** A checked address of this origin, for the session; a login that waits has its own. */
  readonly returnTo: string | undefined
}

/** What has begun in this browser; absent where nothing has, or has ended. */
export async function findBegunLogin(
  sql: Queries,
  urls: IssuerUrls,
  request: FastifyRequest,
  wanted: WantedStep & { readonly now: EpochMilliseconds },
): Promise<BegunLogin | undefined> {
  if (wanted.isStepUp) return findSession(sql, urls, request, wanted)
  return findPendingLogin(sql, { secret: findOwnCookie(urls, request, 'login_step'), now: wanted.now })
}

/** The same, in the transaction of the step, with its account locked. */
export async function lockBegunLogin(
  tx: Transaction,
  urls: IssuerUrls,
  request: FastifyRequest,
  wanted: WantedStep,
): Promise<BegunLogin | undefined> {
  if (!wanted.isStepUp) return lockPendingLogin(tx, findOwnCookie(urls, request, 'login_step'))
  const now = { ...wanted, now: tx.now }
  const found = await findSession(tx.sql, urls, request, now)
  if (found) await lockAccount(tx, found.login.accountId)
  return found && findSession(tx.sql, urls, request, now)
}

/** Where it stands. A browser that is remembered changes nothing here: it was asked when the login began. */
export async function findProgress(
  sql: Queries,
  urls: IssuerUrls,
  { login: { accountId, methods, returnTo } }: BegunLogin,
  { isStepUp, now }: WantedStep & { readonly now: EpochMilliseconds },
): Promise<LoginProgress> {
  const demanded = await findDemand(sql, urls, { accountId, returnTo, isStepUp, now })
  return { accountId, methods, demanded, isDeviceRemembered: false }
}

/** The page of a step. The login that waits knows where it returns to; the address is for a session, and for when it waits no longer. */
export function stepUrl(path: string, { isStepUp, returnTo }: WantedStep): string {
  const query = new URLSearchParams({
    ...(isStepUp && { step_up: '1' }),
    ...(returnTo !== undefined && { return_to: returnTo }),
  }).toString()
  return query === '' ? path : `${path}?${query}`
}

/** Somebody else ended the login at the same moment: what this transaction did is undone. */
class StepTakenError extends Error {
  override readonly name = 'StepTakenError'
}

/** Uses it, within `takeStep`. A session is not used up, but replaced. */
export async function useBegunLogin(tx: Transaction, begun: BegunLogin, { isStepUp }: WantedStep): Promise<void> {
  if (!isStepUp && !(await usePendingLogin(tx, begun))) throw new StepTakenError()
}

/** Takes a step in a transaction. Where its login turns out to be used, nothing of it stands. */
export async function takeStep<Taken>(
  database: Pick<Database, 'write'>,
  step: (tx: Transaction) => Promise<Taken>,
): Promise<Taken | { readonly ok: false; readonly reason: 'ended' }> {
  try {
    return await database.write(step)
  } catch (error) {
    if (!(error instanceof StepTakenError)) throw error
    return { ok: false, reason: 'ended' }
  }
}

async function findSession(
  sql: Queries,
  urls: IssuerUrls,
  request: FastifyRequest,
  { returnTo, now }: WantedStep & { readonly now: EpochMilliseconds },
): Promise<BegunLogin | undefined> {
  const session = await findBrowserSession(sql, urls, request, now)
  const account = session && (await findAccount(sql, session.accountId))
  if (!session || account === undefined || account.disabledAt !== undefined) return undefined
  const { accountId, methods, authenticatedAt } = session
  return { id: session.id, login: { accountId, methods, authenticatedAt, returnTo } }
}
