import type { Transaction } from '../../platform/database/database.ts'
import { countRecoveryCodes, dropRecoveryCodes } from '../recovery-codes/recovery-codes.ts'
import { forgetDevices, listRememberedDevices } from '../remembered-devices/remembered-devices.ts'
import { forgetTotp } from '../totp/forget-totp.ts'
import { findTotp } from '../totp/totp.ts'
import { type KeptData, purgeAtOnce, writeMoment } from './kept-data.ts'

/** That there is a second factor, and where it is not asked for; never the secret of the app, nor a hash of a code or a cookie. */
export const keptFactors: KeptData = {
  tables: ['totp', 'recovery_code', 'remembered_device'],
  given: [
    {
      member: 'authenticator_app',
      async one(sql, accountId) {
        const totp = await findTotp(sql, accountId)
        return totp ? { added_at: writeMoment(totp.addedAt) } : null
      },
    },
    {
      member: 'recovery_codes',
      one: async (sql, accountId) => ({ left: await countRecoveryCodes(sql, accountId) }),
    },
    {
      member: 'remembered_devices',
      async *many(sql, accountId) {
        // Also those whose time is over and that are not removed yet: they are kept.
        for (const device of await listRememberedDevices(sql, accountId, 0))
          yield {
            user_agent: device.userAgent ?? null,
            network: device.network,
            remembered_at: writeMoment(device.rememberedAt),
            expires_at: writeMoment(device.expiresAt),
          }
      },
    },
  ],
  purged: purgeAtOnce(forgetFactors),
}

async function forgetFactors(tx: Transaction, accountId: string): Promise<void> {
  await forgetTotp(tx, accountId)
  await dropRecoveryCodes(tx, accountId)
  await forgetDevices(tx, accountId, 'system')
}
