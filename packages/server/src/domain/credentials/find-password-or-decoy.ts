import { hash } from 'node:crypto'
import type { Queries } from '../../platform/database/database.ts'
import { canonicalLoginName } from '../accounts/canonical-login-name.ts'
import type { Argon2Parameters } from './argon2-parameters.ts'
import type { PasswordHash } from './password-hash.ts'
import { type StoredPassword, selectPasswordFrom } from './password-store.ts'
import { prepareDummyHash } from './prepare-dummy-hash.ts'
import { readStoredHash } from './read-stored-hash.ts'

export interface PasswordOrDecoy {
  /** Absent: the account has none, or there is no account. */
  readonly password: StoredPassword | undefined
  /** What to verify against: the password's hash, or a decoy, which nothing matches. */
  readonly hash: PasswordHash
}

/**
 * The account's password, in one read; or, for an account without one and a name that nobody has, a decoy to verify against that costs what
 * somebody's password costs. Which hash it imitates follows from the name, so a name always costs the same, however it is written: while hashes of another system
 * wait for their owners, neither the short nor the long time of a refusal tells who is among them.
 */
export async function findPasswordOrDecoy(
  sql: Queries,
  { accountId, login }: { readonly accountId: string | undefined; readonly login: string },
  cost?: Argon2Parameters,
): Promise<PasswordOrDecoy> {
  // Ids are random, so whose comes first behind it cannot be chosen.
  const from = accountId ?? `acc_${hash('sha256', canonicalLoginName(login), 'base64url').slice(0, 22)}`
  const found = await selectPasswordFrom(sql, from)
  if (found !== undefined && found.accountId === accountId)
    return { password: found.password, hash: found.password.hash }
  // A recipe holds zeros for its digest: what is typed can't match it.
  const decoy =
    found === undefined ? prepareDummyHash(cost) : (readStoredHash(found.password.hash).recipe as PasswordHash)
  return { password: undefined, hash: decoy }
}
