import type { Queries } from '../../platform/database/database.ts'
import { listPasskeys } from '../passkeys/list-passkeys.ts'
import { countRecoveryCodes } from '../recovery-codes/recovery-codes.ts'
import { findTotp } from '../totp/totp.ts'
import type { Factor } from './factor.ts'

/** Whether an account asks for a second factor of its own accord: its authenticator app makes it do so. */
export async function asksForSecondFactor(sql: Queries, accountId: string): Promise<boolean> {
  return (await findTotp(sql, accountId)) !== undefined
}

/** The second factors that an account has, in the order in which they are offered. */
export async function listFactors(sql: Queries, accountId: string): Promise<readonly Factor[]> {
  const factors: Factor[] = []
  if ((await findTotp(sql, accountId)) !== undefined) factors.push('totp')
  const passkeys = await listPasskeys(sql, accountId)
  if (passkeys.some(({ suspendedAt }) => suspendedAt === undefined)) factors.push('passkey')
  // What stands in for a lost factor is nothing without one, but one that is suspended is such a factor.
  if ((factors.length > 0 || passkeys.length > 0) && (await countRecoveryCodes(sql, accountId)) > 0)
    factors.push('recovery_code')
  return factors
}
