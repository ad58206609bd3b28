import { findClient } from '../clients/find-client.ts'
import { forgetConsentsOf, listConsents } from '../consents/consents.ts'
import { type KeptData, purgeAtOnce, writeMoment } from './kept-data.ts'

/** What the person has allowed which app. */
export const keptConsents: KeptData = {
  tables: ['consent'],
  given: [
    {
      member: 'consents',
      async *many(sql, accountId) {
        for (const { clientId, audience, organizationId = null, scopes, grantedAt } of await listConsents(
          sql,
          accountId,
        )) {
          const name = (await findClient(sql, clientId))?.name ?? null
          const granted_at = writeMoment(grantedAt)
          yield { client_id: clientId, client_name: name, audience, organization: organizationId, scopes, granted_at }
        }
      },
    },
  ],
  purged: purgeAtOnce(forgetConsentsOf),
}
