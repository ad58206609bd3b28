import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries, Transaction } from '../../platform/database/database.ts'
import { lockAccount } from '../accounts/lock-account.ts'
import { findOneTime, issueOneTime, useOneTime } from '../one-time/one-time.ts'
import { isLoginStillGood, type LoginStart, noteLoginStart } from './login-start.ts'

export const PENDING_LOGIN_MS = 600_000

/** A login that has begun, and that a further step is to end. It opens nothing by itself. */
export interface PendingLogin {
  readonly accountId: string
  /** What was proved so far. */
  readonly methods: readonly string[]
  readonly authenticatedAt: EpochMilliseconds
  /** A checked address of this origin. Absent: the account page. */
  readonly returnTo?: string | undefined
}

type StoredLogin = PendingLogin & LoginStart

export interface FoundLogin {
  /** To use it by; no secret. */
  readonly id: string
  readonly login: PendingLogin
}

/** Keeps a login until its next step, for ten minutes. Returns the secret that the browser keeps. */
export async function issuePendingLogin(tx: Transaction, login: PendingLogin): Promise<string> {
  const payload: StoredLogin = { ...login, ...(await noteLoginStart(tx, login.accountId)) }
  return issueOneTime(tx, { kind: 'login_step', payload, lifetimeMilliseconds: PENDING_LOGIN_MS })
}

/** The login that waits; absent where it is none, too old, or has ended. */
export async function findPendingLogin(
  sql: Queries,
  { secret, now }: { readonly secret: string | undefined; readonly now: EpochMilliseconds },
): Promise<FoundLogin | undefined> {
  const found = await findOneTime(sql, { kind: 'login_step', secret: secret ?? '', now })
  if (found.state !== 'unused') return undefined
  const login = found.payload as StoredLogin
  return (await isLoginStillGood(sql, login.accountId, login)) ? { id: found.id, login } : undefined
}

/** The same, in the transaction of its next step, with its account locked: what ends it waits, or has ended it. */
export async function lockPendingLogin(tx: Transaction, secret: string | undefined): Promise<FoundLogin | undefined> {
  const found = await findPendingLogin(tx.sql, { secret, now: tx.now })
  if (found === undefined) return undefined
  await lockAccount(tx, found.login.accountId)
  return findPendingLogin(tx.sql, { secret, now: tx.now })
}

/** Uses it. False when somebody else was faster: then whatever this transaction did must not stand. */
export async function usePendingLogin(tx: Transaction, { id, login }: FoundLogin): Promise<boolean> {
  return useOneTime(tx, id, login.accountId)
}
