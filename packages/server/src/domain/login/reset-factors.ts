import type { Transaction } from '../../platform/database/database.ts'
import type { Actor } from '../audit/audit-event.ts'
import { dropRecoveryCodes } from '../recovery-codes/recovery-codes.ts'
import { forgetDevices } from '../remembered-devices/remembered-devices.ts'
import { removeTotp } from '../totp/totp.ts'

/** Ends the codes of who has lost both app and recovery codes, and what was remembered. Passkeys stay. False when there were none. */
export async function resetFactors(tx: Transaction, accountId: string, actor: Actor): Promise<boolean> {
  const hadApp = await removeTotp(tx, { accountId, actor })
  await dropRecoveryCodes(tx, accountId)
  await forgetDevices(tx, accountId, actor)
  return hadApp
}
