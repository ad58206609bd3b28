import { countRecoveryCodes } from '../../domain/recovery-codes/recovery-codes.ts'
import { listRememberedDevices } from '../../domain/remembered-devices/remembered-devices.ts'
import { findTotp } from '../../domain/totp/totp.ts'
import type { SecurityVisit, ShownSection } from '../security-section.ts'
import { renderFactors } from './render-factors.ts'

/** The second factors of the account, and the browsers in which it is not asked for one. */
export async function factorsSection({ sql, urls, session, now, language }: SecurityVisit): Promise<ShownSection> {
  const { accountId } = session
  const app = await findTotp(sql, accountId)
  const codesLeft = await countRecoveryCodes(sql, accountId)
  const devices = await listRememberedDevices(sql, accountId, now)
  const moment = (milliseconds: number) => new Date(milliseconds).toISOString()
  return {
    name: 'second_factors',
    json: {
      totp: app === undefined ? null : { added_at: moment(app.addedAt) },
      recovery_codes_left: codesLeft,
      remembered_devices: devices.map(({ id, network, rememberedAt, expiresAt }) => ({
        ...{ id, network },
        remembered_at: moment(rememberedAt),
        expires_at: moment(expiresAt),
      })),
    },
    html: renderFactors({
      ...{ addedAt: app?.addedAt, codesLeft, devices, now, language },
      totpPath: urls.accountTotpPath,
      totpRemovalAction: urls.accountTotpRemovalPath,
      recoveryCodesAction: urls.accountRecoveryCodesPath,
      devicesAction: urls.accountRememberedDevicesPath,
    }),
  }
}
