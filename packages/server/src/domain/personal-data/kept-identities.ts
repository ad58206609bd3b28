import { forgetIdentities } from '../federated-identities/forget-identities.ts'
import { listIdentities } from '../federated-identities/list-identities.ts'
import { type KeptData, purgeAtOnce, writeMoment } from './kept-data.ts'

/** Who the person is at providers that they are connected with. */
export const keptIdentities: KeptData = {
  tables: ['federated_identity'],
  given: [
    {
      member: 'connected_providers',
      async *many(sql, accountId) {
        for (const { issuer, subject, linkedAt, lastUsedAt } of await listIdentities(sql, accountId))
          yield { issuer, subject, connected_at: writeMoment(linkedAt), last_used_at: writeMoment(lastUsedAt) }
      },
    },
  ],
  purged: purgeAtOnce(forgetIdentities),
}
