import type { Transaction } from '../../platform/database/database.ts'
import { lockAccount } from '../accounts/lock-account.ts'
import type { Actor } from '../audit/audit-event.ts'
import { dropPasskeys } from '../passkeys/drop-passkeys.ts'
import { dropRecoveryCodes } from '../recovery-codes/recovery-codes.ts'
import { forgetDevices } from '../remembered-devices/remembered-devices.ts'
import { removeTotp } from '../totp/totp.ts'

export interface FactorReset {
  readonly accountId: string
  readonly actor: Actor
  /** Whether the person has lost their passkeys too. Default: those stay. */
  readonly losesPasskeys?: boolean
}

export interface ResetFactors {
  readonly hadApp: boolean
  readonly passkeys: number
}

/** Ends the codes of who has lost both app and recovery codes, and what was remembered; says what there was. */
export async function resetFactors(
  tx: Transaction,
  { accountId, actor, losesPasskeys = false }: FactorReset,
): Promise<ResetFactors> {
  await lockAccount(tx, accountId)
  const hadApp = await removeTotp(tx, { accountId, actor })
  const passkeys = losesPasskeys ? await dropPasskeys(tx, accountId, actor) : 0
  await dropRecoveryCodes(tx, accountId)
  await forgetDevices(tx, accountId, actor)
  return { hadApp, passkeys }
}
