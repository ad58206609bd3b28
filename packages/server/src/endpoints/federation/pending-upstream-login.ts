import { findOneTime, issueOneTime, useOneTime } from '../../domain/one-time/one-time.ts'
import type { UpstreamIdentity } from '../../domain/upstreams/upstream.ts'
import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries, Transaction } from '../../platform/database/database.ts'

const LIFETIME_MS = 600_000

/** A login that an upstream has been asked for. */
export interface PendingUpstreamLogin {
  readonly upstreamId: string
  readonly nonce: string
  readonly codeVerifier: string
  readonly browserHash: string
  readonly returnTo: string | undefined
  /** The account that the identity is to be connected with, where somebody signed in asks for that. */
  readonly connectTo: string | undefined
  /** The person must have proved themselves there at this moment or later; absent: whenever. */
  readonly freshSince: EpochMilliseconds | undefined
}

/** An identity that waits for the password of the account which has its verified e-mail address. */
export interface PendingLink extends Pick<UpstreamIdentity, 'issuer' | 'subject'> {
  readonly upstreamId: string
  readonly email: string
  readonly accountId: string
  readonly browserHash: string
  readonly returnTo: string | undefined
}

/** Returns the state that the upstream sends back. */
export function issueUpstreamLogin(tx: Transaction, login: PendingUpstreamLogin): Promise<string> {
  return issueOneTime(tx, { kind: 'upstream_login', payload: login, lifetimeMilliseconds: LIFETIME_MS })
}

/** The login that a state belongs to, used by this; absent where it isn't one of this browser and upstream, or was used before. */
export async function takeUpstreamLogin(
  tx: Transaction,
  presented: { readonly state: string; readonly upstreamId: string; readonly browserHash: string },
): Promise<PendingUpstreamLogin | undefined> {
  const found = await findOneTime(tx.sql, { kind: 'upstream_login', secret: presented.state, now: tx.now })
  if (found.state !== 'unused') return undefined
  const login = found.payload as PendingUpstreamLogin
  // Neither is a secret: hashes and ids of what the browser showed itself.
  const isOurs = login.browserHash === presented.browserHash && login.upstreamId === presented.upstreamId
  return isOurs && (await useOneTime(tx, found.id, 'answered')) ? login : undefined
}

export function issueLink(tx: Transaction, link: PendingLink): Promise<string> {
  return issueOneTime(tx, { kind: 'upstream_link', payload: link, lifetimeMilliseconds: LIFETIME_MS })
}

/** The link that waits, and its id to use it by; absent where it isn't this browser's, or is used or too old. */
export async function findLink(
  sql: Queries,
  presented: { readonly secret: string; readonly browserHash: string | undefined; readonly now: EpochMilliseconds },
): Promise<{ readonly id: string; readonly link: PendingLink } | undefined> {
  const { secret, browserHash, now } = presented
  const found = await findOneTime(sql, { kind: 'upstream_link', secret, now })
  if (found.state !== 'unused') return undefined
  const link = found.payload as PendingLink
  return link.browserHash === browserHash ? { id: found.id, link } : undefined
}
