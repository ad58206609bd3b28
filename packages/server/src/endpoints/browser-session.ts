import type { FastifyRequest } from 'fastify'
import type { Session } from '../domain/sessions/session.ts'
import { findSessionByCookie } from '../domain/sessions/session-cookie.ts'
import type { EpochMilliseconds } from '../platform/clock/clock.ts'
import type { Queries } from '../platform/database/database.ts'
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
