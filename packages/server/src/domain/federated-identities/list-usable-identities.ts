import type { Queries } from '../../platform/database/database.ts'
import { listUpstreams } from '../upstreams/list-upstreams.ts'
import type { FederatedIdentity } from './federated-identity.ts'
import { selectIdentitiesOf } from './federated-identity-store.ts'

/** The identities of an account that it can be logged in to with: those at providers that are still registered. */
export async function listUsableIdentities(sql: Queries, accountId: string): Promise<readonly FederatedIdentity[]> {
  const issuers = new Set((await listUpstreams(sql)).map(({ issuer }) => issuer))
  return (await selectIdentitiesOf(sql, accountId)).filter(({ issuer }) => issuers.has(issuer))
}
