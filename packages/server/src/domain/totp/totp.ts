import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Queries, Transaction } from '../../platform/database/database.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { decodeBase32, findStepOfCode, parseTotpCode } from './totp-code.ts'
import { advanceStep, deleteTotp, insertTotp, selectTotp } from './totp-store.ts'

/** An authenticator app that an account has. */
export interface Totp {
  readonly addedAt: EpochMilliseconds
}

/** Absent: the account has none. */
export async function findTotp(sql: Queries, accountId: string): Promise<Totp | undefined> {
  const row = await selectTotp(sql, accountId)
  return row && { addedAt: row.created_at }
}

export interface AddedTotp {
  readonly accountId: string
  readonly secret: Uint8Array
  /** Of the code that has shown it: none of this step, nor of an earlier one, is accepted again. */
  readonly step: number
  readonly network: string
}

/** Adds an app that has shown a code. False when the account has one by now. */
export async function addTotp(tx: Transaction, sealer: Sealer, added: AddedTotp): Promise<boolean> {
  const { accountId, secret, step, network } = added
  const sealed = sealer.seal(secret, totpPurpose(accountId))
  const row = { account_id: accountId, sealed_secret: sealed, last_step: step, created_at: tx.now }
  if (!(await insertTotp(tx.sql, row))) return false
  const actor = `account:${accountId}` as const
  const detail = { factor: 'totp' }
  await recordAuditEvent(tx, { act: 'factor.added', actor, outcome: 'done', accountId, network, detail })
  return true
}

export interface RemovedTotp {
  readonly accountId: string
  /** From where; absent: by an operator. */
  readonly network?: string | undefined
  /** Default: the account itself. */
  readonly actor?: Actor
}

/** Removes it. False when there was none. */
export async function removeTotp(
  tx: Transaction,
  { accountId, network, actor = `account:${accountId}` }: RemovedTotp,
): Promise<boolean> {
  if (!(await deleteTotp(tx.sql, accountId))) return false
  const detail = { factor: 'totp' }
  await recordAuditEvent(tx, { act: 'factor.removed', actor, outcome: 'done', accountId, network, detail })
  return true
}

/** Uses a code, which is then good for nothing more, nor is any older one. @see RFC 6238 §5.2 */
export async function useTotpCode(
  tx: Transaction,
  sealer: Sealer,
  { accountId, typed }: { readonly accountId: string; readonly typed: string },
): Promise<boolean> {
  const row = await selectTotp(tx.sql, accountId)
  const code = parseTotpCode(typed)
  if (row === undefined || code === undefined) return false
  const step = findStepOfCode(sealer.open(row.sealed_secret, totpPurpose(accountId)), code, tx.now)
  return step !== undefined && (await advanceStep(tx.sql, accountId, step))
}

export function totpPurpose(accountId: string): string {
  return `totp ${accountId}`
}

/** The row's sealed secret for an account that had its app elsewhere; undefined where the text is no secret in base 32 (RFC 4648 §6). */
export function sealImportedTotp(sealer: Sealer, accountId: string, base32: string): string | undefined {
  const secret = decodeBase32(base32)
  return secret && sealer.seal(secret, totpPurpose(accountId))
}
