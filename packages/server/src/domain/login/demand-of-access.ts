import type { Queries } from '../../platform/database/database.ts'
import { findRoleNames } from '../accounts/find-role-names.ts'
import type { Api } from '../apis/api.ts'
import { listApis } from '../apis/list-apis.ts'
import { type Acr, highestAcr, reachesAcr } from '../assurance/acr.ts'
import type { Client } from '../clients/client.ts'
import { isFactorRequiredByClient } from '../clients/is-factor-required.ts'
import { findDemandOfRoles } from '../roles/require-factor.ts'

/** Where somebody signs in, and for what. Absent: nowhere in particular. */
export interface WantedAccess {
  readonly client?: Pick<Client, 'requiredAcr'> | undefined
  readonly api?: Pick<Api, 'requiredAcr'> | undefined
}

/** What must have been proved for access: what the client, the API and the roles of the account demand. Absent: nothing in particular. */
export async function findDemandOfAccess(
  sql: Queries,
  accountId: string,
  { client, api }: WantedAccess,
): Promise<Acr | undefined> {
  const ofRoles = await findDemandOfRoles(sql, await findRoleNames(sql, accountId))
  return highestAcr([client?.requiredAcr, api?.requiredAcr, ofRoles])
}

/** Whether more than one step is demanded of an account anywhere: by a role that it has, or for some API or client. */
export async function isMoreDemandedAnywhere(sql: Queries, accountId: string): Promise<boolean> {
  if ((await findDemandOfAccess(sql, accountId, {})) !== undefined) return true
  if ((await listApis(sql)).some(({ requiredAcr }) => requiredAcr !== undefined)) return true
  return isFactorRequiredByClient(sql)
}

/** Whether a session has proved what is demanded by now. */
export async function provesEnough(
  sql: Queries,
  { accountId, methods }: { readonly accountId: string; readonly methods: readonly string[] },
  wanted: WantedAccess,
): Promise<boolean> {
  return reachesAcr(methods, await findDemandOfAccess(sql, accountId, wanted))
}
