import type { FastifyRequest } from 'fastify'
import { lockAccount } from '../domain/accounts/lock-account.ts'
import { isLoginStillGood, type LoginStart, noteLoginStart } from '../domain/login/login-start.ts'
import { findOneTime, issueOneTime } from '../domain/one-time/one-time.ts'
import type { Queries, Transaction } from '../platform/database/database.ts'
import type { FinishedStep, LoginStep } from './finish-login-step.ts'
import type { IssuerUrls } from './issuer-urls.ts'
import { findOwnCookie, renderOwnCookie } from './own-cookies.ts'

const LIFETIME_MS = 15 * 60_000
const kind = 'account_keeping'

type StoredStep = LoginStep & { readonly start: LoginStart }

/** A login to an account that is to be deleted waits for its person to say whether they keep it: until then it opens nothing. */
export async function offerKeeping(tx: Transaction, urls: IssuerUrls, step: LoginStep): Promise<FinishedStep> {
  const { who, returnTo } = step
  const { accountId, network, methods, authenticatedAt = tx.now } = who
  const start = await noteLoginStart(tx, accountId)
  const payload: StoredStep = { who: { accountId, network, methods, authenticatedAt }, returnTo, start }
  const secret = await issueOneTime(tx, { kind, payload, lifetimeMilliseconds: LIFETIME_MS })
  return { setCookies: [renderKeepingCookie(urls, secret)], location: urls.accountKeepingPath }
}

export interface PendingKeeping {
  readonly id: string
  readonly step: LoginStep
}

/** The login of this browser that waits; absent where none does, or where something has ended it: a new password, for example. */
export async function findKeeping(
  sql: Queries,
  urls: IssuerUrls,
  request: FastifyRequest,
  now: number,
): Promise<PendingKeeping | undefined> {
  const secret = findOwnCookie(urls, request, 'keeping') ?? ''
  const found = await findOneTime(sql, { kind, secret, now })
  if (found.state !== 'unused') return undefined
  const { start, ...step } = found.payload as StoredStep
  return (await isLoginStillGood(sql, step.who.accountId, start)) ? { id: found.id, step } : undefined
}

/** The same, in the transaction of its answer, with its account locked: what ends it waits, or has ended it. */
export async function lockKeeping(
  tx: Transaction,
  urls: IssuerUrls,
  request: FastifyRequest,
): Promise<PendingKeeping | undefined> {
  const found = await findKeeping(tx.sql, urls, request, tx.now)
  if (found === undefined) return undefined
  await lockAccount(tx, found.step.who.accountId)
  return findKeeping(tx.sql, urls, request, tx.now)
}

/** The Set-Cookie value; an empty secret removes it. */
export function renderKeepingCookie(urls: IssuerUrls, secret: string): string {
  return renderOwnCookie(urls, 'keeping', secret, { maxAgeSeconds: LIFETIME_MS / 1000 })
}
