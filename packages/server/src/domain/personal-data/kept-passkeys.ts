import { forgetPasskeys } from '../passkeys/forget-passkeys.ts'
import { listPasskeys } from '../passkeys/list-passkeys.ts'
import { type KeptData, purgeAtOnce, writeMoment } from './kept-data.ts'

/** The person's passkeys; their public keys are of use to nobody but this server. */
export const keptPasskeys: KeptData = {
  tables: ['passkey', 'passkey_user'],
  given: [
    {
      member: 'passkeys',
      async *many(sql, accountId) {
        for (const passkey of await listPasskeys(sql, accountId))
          yield {
            id: passkey.id,
            credential_id: passkey.credentialId,
            name: passkey.name,
            aaguid: passkey.aaguid,
            synced: passkey.isBackupEligible,
            created_at: writeMoment(passkey.createdAt),
            last_used_at: writeMoment(passkey.usedAt),
            suspended_at: writeMoment(passkey.suspendedAt),
          }
      },
    },
  ],
  purged: purgeAtOnce(forgetPasskeys),
}
