import type { Transaction } from '../../platform/database/database.ts'
import { revokeKeysOfAccount } from '../api-keys/revoke-api-key.ts'
import type { Actor } from '../audit/audit-event.ts'
import { unlinkAllIdentities } from '../federated-identities/unlink-identities.ts'
import { forgetKnownDevices } from '../known-devices/forget-devices.ts'
import { suspendPasskeys } from '../passkeys/suspend-passkeys.ts'

export interface RevokedWaysIn {
  readonly actor: Actor
  readonly network: string
  /** `address_proved`: whoever had the account until now had never shown that its address is theirs. */
  readonly because: 'account_locked' | 'address_proved'
}

/**
 * Takes from everybody what opens an account beside its password and its mail, since any of it may be a stranger's: API keys, passkeys (which their
 * person may allow again) and identities at upstream providers. Second factors stay: alone they open nothing. Sessions and the password are for
 * the caller to end, who has locked the account.
 */
export async function revokeWaysIn(
  tx: Transaction,
  accountId: string,
  { actor, network, because }: RevokedWaysIn,
): Promise<void> {
  await revokeKeysOfAccount(tx, accountId, actor)
  await suspendPasskeys(tx, accountId, { actor, network, because })
  await unlinkAllIdentities(tx, accountId, { actor, network, because })
  await forgetKnownDevices(tx, accountId)
}
