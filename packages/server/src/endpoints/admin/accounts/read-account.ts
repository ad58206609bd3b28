import type { Account } from '../../../domain/accounts/account.ts'
import { findAccount } from '../../../domain/accounts/find-account.ts'
import { findProfile } from '../../../domain/profiles/find-profile.ts'
import type { Queries } from '../../../platform/database/database.ts'
import { unknownResource } from '../unknown-resource.ts'
import { renderAccount } from './account-schema.ts'

/** An account and how it is shown. @throws Problem 404 `not_found` */
export async function readAccount(
  sql: Queries,
  accountId: string,
): Promise<{ readonly account: Account; readonly shown: object }> {
  const account = await findAccount(sql, accountId)
  if (account === undefined) throw unknownResource('account')
  const profile = (await findProfile(sql, accountId))?.profile ?? {}
  return { account, shown: renderAccount(account, profile) }
}
