import type { FastifyRequest } from 'fastify'
import { type FoundOneTime, findOneTime, issueOneTime } from '../domain/one-time/one-time.ts'
import type { Queries, Transaction } from '../platform/database/database.ts'
import { findCookie, renderCookie } from '../platform/http/cookies.ts'
import type { FinishedStep, LoginStep } from './finish-login-step.ts'
import type { IssuerUrls } from './issuer-urls.ts'

const LIFETIME_MS = 15 * 60_000
const kind = 'account_keeping'

/** A login to an account that is to be deleted waits for its person to say whether they keep it: until then it opens nothing. */
export async function offerKeeping(tx: Transaction, urls: IssuerUrls, step: LoginStep): Promise<FinishedStep> {
  const { who, returnTo } = step
  const { accountId, network, methods, authenticatedAt = tx.now } = who
  const payload = { who: { accountId, network, methods, authenticatedAt }, returnTo }
  const secret = await issueOneTime(tx, { kind, payload, lifetimeMilliseconds: LIFETIME_MS })
  return { setCookies: [renderKeepingCookie(urls, secret)], location: urls.accountKeepingPath }
}

export interface PendingKeeping {
  readonly id: string
  readonly step: LoginStep
}

/** The login of this browser that waits; absent where none does, or no longer. */
export async function findKeeping(
  sql: Queries,
  urls: IssuerUrls,
  request: FastifyRequest,
  now: number,
): Promise<PendingKeeping | undefined> {
  const secret = findCookie(request.headers.cookie, cookieName(urls))
  const found: FoundOneTime | undefined = secret ? await findOneTime(sql, { kind, secret, now }) : undefined
  return found?.state === 'unused' ? { id: found.id, step: found.payload as LoginStep } : undefined
}

/** The Set-Cookie value; an empty secret removes it. */
export function renderKeepingCookie(urls: IssuerUrls, secret: string): string {
  const maxAgeSeconds = secret === '' ? 0 : LIFETIME_MS / 1000
  return renderCookie(cookieName(urls), secret, { secure: urls.isSecure, maxAgeSeconds })
}

function cookieName({ isSecure }: IssuerUrls): string {
  return isSecure ? '__Host-ostiary_keeping' : 'ostiary_keeping'
}
