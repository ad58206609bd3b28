import type { FastifyRequest } from 'fastify'
import { findAccountByLoginName } from '../../domain/accounts/find-account-by-login-name.ts'
import { lockAccount } from '../../domain/accounts/lock-account.ts'
import { recordAuditEvent } from '../../domain/audit/record-audit-event.ts'
import { LOGIN_CLIENT_ID } from '../../domain/clients/login-client.ts'
import { findPassword } from '../../domain/credentials/find-password.ts'
import { findIdentity } from '../../domain/federated-identities/find-identity.ts'
import { linkIdentity } from '../../domain/federated-identities/link-identity.ts'
import { useIdentity } from '../../domain/federated-identities/use-identity.ts'
import { admitVouchedLogin } from '../../domain/login/admit-vouched-login.ts'
import { parseNetwork } from '../../domain/throttle/parse-network.ts'
import type { Upstream, UpstreamIdentity } from '../../domain/upstreams/upstream.ts'
import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Transaction } from '../../platform/database/database.ts'
import type { FederationNotice } from '../../platform/html/strings/strings.ts'
import { lockBrowserSession } from '../browser-session.ts'
import { type FinishedStep, finishLoginStep } from '../finish-login-step.ts'
import type { FederationDeps } from './federation-deps.ts'
import { IdentityOvertakenError, openAccount } from './open-account.ts'
import { issueLink, type PendingUpstreamLogin } from './pending-upstream-login.ts'
import { tellOfIdentity } from './tell-of-identity.ts'

/** A person whom an upstream vouches for, and what they began the login for. */
export interface Vouched {
  readonly upstream: Upstream
  readonly login: PendingUpstreamLogin
  readonly identity: UpstreamIdentity
  readonly authenticatedAt: EpochMilliseconds
}

export type Settled =
  | { readonly kind: 'admitted'; readonly step: FinishedStep }
  | { readonly kind: 'connected' }
  | { readonly kind: 'link'; readonly link: string; readonly email: string }
  | { readonly kind: 'notice'; readonly notice: FederationNotice }

/** Decides what comes of an identity. */
export async function settleIdentity(
  deps: FederationDeps,
  request: FastifyRequest,
  vouched: Vouched,
): Promise<Settled> {
  const settle = () => deps.database.write((tx) => settleInTransaction(tx, deps, request, vouched))
  try {
    return await settle()
  } catch (error) {
    if (!(error instanceof IdentityOvertakenError)) throw error
    // What overtook it is committed, so now it is seen.
    return settle()
  }
}

async function settleInTransaction(
  tx: Transaction,
  deps: FederationDeps,
  request: FastifyRequest,
  vouched: Vouched,
): Promise<Settled> {
  const { issuer, subject } = vouched.identity
  const known = await findIdentity(tx.sql, issuer, subject)
  if (vouched.login.connectTo !== undefined)
    return connect(tx, deps, request, vouched, vouched.login.connectTo, known?.accountId)
  if (known === undefined) return welcome(tx, deps, request, vouched)
  const settled = await signIn(tx, deps, request, vouched, known.accountId)
  if (settled.kind === 'admitted') await useIdentity(tx, known)
  return settled
}

async function signIn(
  tx: Transaction,
  deps: FederationDeps,
  request: FastifyRequest,
  { upstream, identity: { issuer, subject }, login: { returnTo }, authenticatedAt }: Vouched,
  accountId: string,
): Promise<Settled> {
  await lockAccount(tx, accountId)
  // Whoever takes it from the account, in which a stranger may be, had the lock a moment ago.
  if ((await findIdentity(tx.sql, issuer, subject))?.accountId !== accountId)
    throw new IdentityOvertakenError('the identity is not its account’s any more')
  const network = parseNetwork(request.ip)
  const login = { accountId, clientId: LOGIN_CLIENT_ID, network, voucher: { upstream: upstream.id } }
  if (!(await admitVouchedLogin(tx, login))) return { kind: 'notice', notice: 'refused' }
  const who = { accountId, network, methods: [], authenticatedAt }
  return { kind: 'admitted', step: await finishLoginStep(tx, deps, request, { who, returnTo }) }
}

/** An identity that is nobody's: it gets an account, is offered the account of its verified e-mail address, or is told no. */
async function welcome(
  tx: Transaction,
  deps: FederationDeps,
  request: FastifyRequest,
  vouched: Vouched,
): Promise<Settled> {
  const { upstream, identity, login } = vouched
  const { issuer, subject, verifiedEmail: email } = identity
  const holder = email === undefined ? undefined : await findAccountByLoginName(tx.sql, email)
  const network = parseNetwork(request.ip)
  if (holder !== undefined && email !== undefined) {
    // Without a password it has nothing to prove here that it is its holder's.
    if ((await findPassword(tx.sql, holder.id)) === undefined) return refuseUnknown(tx, upstream, network)
    const { browserHash, returnTo } = login
    const pending = { upstreamId: upstream.id, issuer, subject, email, accountId: holder.id, browserHash, returnTo }
    return { kind: 'link', link: await issueLink(tx, pending), email }
  }
  if (!upstream.opensAccounts) return refuseUnknown(tx, upstream, network)
  const accountId = await openAccount(tx, upstream, identity)
  const isLinked = await linkIdentity(tx, { issuer, subject, accountId, network })
  if (!isLinked) throw new IdentityOvertakenError('the identity is somebody’s by now')
  return signIn(tx, deps, request, vouched, accountId)
}

async function refuseUnknown(tx: Transaction, upstream: Upstream, network: string): Promise<Settled> {
  await recordAuditEvent(tx, {
    ...{ act: 'login.refused', actor: 'anonymous', outcome: 'refused', clientId: LOGIN_CLIENT_ID, network },
    detail: { upstream: upstream.id, reason: 'unknown_identity' },
  })
  return { kind: 'notice', notice: 'unknown' }
}

/** Whoever began it must still be signed in here, as the same person. */
async function connect(
  tx: Transaction,
  deps: FederationDeps,
  request: FastifyRequest,
  { identity }: Vouched,
  accountId: string,
  holderId: string | undefined,
): Promise<Settled> {
  const session = await lockBrowserSession(tx, deps.urls, request)
  if (session?.accountId !== accountId) return { kind: 'notice', notice: 'expired' }
  if (holderId !== undefined)
    return holderId === accountId ? { kind: 'connected' } : { kind: 'notice', notice: 'taken' }
  const { issuer, subject } = identity
  const isLinked = await linkIdentity(tx, { issuer, subject, accountId, network: parseNetwork(request.ip) })
  if (!isLinked) return { kind: 'notice', notice: 'taken' }
  await tellOfIdentity(tx, deps, request, accountId)
  return { kind: 'connected' }
}
