import type { Queries } from '../../platform/database/database.ts'
import { findRoleNames } from '../accounts/find-role-names.ts'
import { ADMIN_AUDIENCE } from '../apis/admin-api.ts'
import type { Api } from '../apis/api.ts'
import { findApi, listOperatorsApis } from '../apis/list-apis.ts'
import { type Acr, highestAcr, reachesAcr } from '../assurance/acr.ts'
import type { Client } from '../clients/client.ts'
import { isFactorRequiredByClient } from '../clients/is-factor-required.ts'
import { findPermissionsOfRoles } from '../roles/carry-permissions.ts'
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
  if ((await listOperatorsApis(sql)).some(({ requiredAcr }) => requiredAcr !== undefined)) return true
  if (await isDemandedOfAdministrator(sql, accountId)) return true
  return isFactorRequiredByClient(sql)
}

/** What the Admin API demands is nothing to whoever may do nothing there. */
async function isDemandedOfAdministrator(sql: Queries, accountId: string): Promise<boolean> {
  if ((await findApi(sql, ADMIN_AUDIENCE))?.requiredAcr === undefined) return false
  const roles = await findRoleNames(sql, accountId)
  return roles.length > 0 && (await findPermissionsOfRoles(sql, ADMIN_AUDIENCE, roles)).size > 0
}

/** Whether a session has proved what is demanded by now. */
export async function provesEnough(
  sql: Queries,
  { accountId, methods }: { readonly accountId: string; readonly methods: readonly string[] },
  wanted: WantedAccess,
): Promise<boolean> {
  return reachesAcr(methods, await findDemandOfAccess(sql, accountId, wanted))
}
