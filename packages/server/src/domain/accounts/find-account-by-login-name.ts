import type { Queries } from '../../platform/database/database.ts'
import type { Account } from './account.ts'
import { selectAccountByIdentifier } from './account-store.ts'
import { canonicalLoginName } from './canonical-login-name.ts'
import { parseEmail } from './parse-email.ts'
import { parseUsername } from './parse-username.ts'

/**
 * The account of this login name (a user name or an e-mail address), disabled or not. Outer blanks don't count: keyboards
 * add them. Any text may be asked for: what can't be a name belongs to nobody, and costs one statement as well.
 */
export async function findAccountByLoginName(sql: Queries, loginName: string): Promise<Account | undefined> {
  // No identifier is empty.
  return selectAccountByIdentifier(sql, isName(loginName.trim()) ? canonicalLoginName(loginName) : '')
}

function isName(text: string): boolean {
  return parseUsername(text).ok || parseEmail(text).ok
}
