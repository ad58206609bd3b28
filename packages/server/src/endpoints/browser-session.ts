import type { FastifyRequest } from 'fastify'
import { lockAccount } from '../domain/accounts/lock-account.ts'
import type { Session } from '../domain/sessions/session.ts'
import { findSessionByCookie } from '../domain/sessions/session-cookie.ts'
import type { EpochMilliseconds } from '../platform/clock/clock.ts'
import type { Queries, Transaction } from '../platform/database/database.ts'
import type { IssuerUrls } from './issuer-urls.ts'
import { findOwnCookie } from './own-cookies.ts'

/** The live session that the request's cookie proves; absent when nobody is signed in. */
export async function findBrowserSession(
  sql: Queries,
  urls: IssuerUrls,
  request: FastifyRequest,
  now: EpochMilliseconds,
): Promise<Session | undefined> {
  return findSessionByCookie(sql, findOwnCookie(urls, request, 'session'), now)
}

/**
 * The same, in the transaction of what outlives the session, with its account locked: whoever ends the session at this moment, to lock the account for
 * example, waits for that, or has ended it.
 */
export async function lockBrowserSession(
  tx: Transaction,
  urls: IssuerUrls,
  request: FastifyRequest,
): Promise<Session | undefined> {
  const found = await findBrowserSession(tx.sql, urls, request, tx.now)
  if (found === undefined) return undefined
  await lockAccount(tx, found.accountId)
  return findBrowserSession(tx.sql, urls, request, tx.now)
}
