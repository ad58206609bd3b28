import type { PendingRequest } from '../domain/authorizations/authorization-request.ts'
import { findRequest } from '../domain/authorizations/pending-requests.ts'
import type { Client } from '../domain/clients/client.ts'
import { findClient } from '../domain/clients/find-client.ts'
import { isRedirectUriOf } from '../domain/clients/redirect-uri.ts'
import type { Session } from '../domain/sessions/session.ts'
import type { EpochMilliseconds } from '../platform/clock/clock.ts'
import type { Queries } from '../platform/database/database.ts'
import type { IssuerUrls } from './issuer-urls.ts'

/** A client's request that a person is to answer, and whose it is. */
export interface PendingAuthorization {
  readonly pending: PendingRequest
  readonly client: Client
}

/** The request that a return address leads back to; absent for any other address. */
export async function findPendingAuthorization(
  sql: Queries,
  urls: IssuerUrls,
  returnTo: string | undefined,
  now: EpochMilliseconds,
): Promise<PendingAuthorization | undefined> {
  if (!returnTo?.startsWith(`${urls.authorizationResumePath}?`)) return undefined
  const id = new URL(returnTo, urls.origin).searchParams.get('request')
  const pending = id === null ? undefined : await findRequest(sql, id, now)
  const client = pending && (await findClient(sql, pending.request.clientId))
  // What its client can no longer be answered at, no code is sent to.
  const isCurrent = pending && client && isRedirectUriOf(client, pending.request.redirectUri)
  return isCurrent ? { pending, client } : undefined
}

/** Where the answer to a form may lead in the end, for its page's policy: to the app that waits. */
export function formTargets(waiting: PendingAuthorization | undefined): readonly string[] {
  return waiting ? [waiting.pending.request.redirectUri] : []
}

export function resumeUrl(urls: IssuerUrls, { id }: PendingRequest): string {
  return `${urls.authorizationResumePath}?request=${id}`
}

/** Whether a session answers the request as it is, or the person must sign in (again): OpenID Connect Core §3.1.2.1. */
export function isFreshEnough({ request, shownAt }: PendingRequest, session: Session, now: EpochMilliseconds): boolean {
  if (request.hintedAccountId !== undefined && request.hintedAccountId !== session.accountId) return false
  if (session.authenticatedAt >= shownAt) return true
  if (request.prompt.includes('login')) return false
  return request.maxAgeSeconds === undefined || now - session.authenticatedAt <= request.maxAgeSeconds * 1000
}
