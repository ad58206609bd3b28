import type { Queries } from '../../platform/database/database.ts'
import type { Account } from './account.ts'
import { selectAccountByIdentifier } from './account-store.ts'
import { canonicalLogin } from './canonical-login.ts'
import { parseEmail } from './parse-email.ts'
import { parseUsername } from './parse-username.ts'

/**
 * The account that this user name or e-mail address belongs to, disabled or not. Outer blanks don't count: keyboards
 * add them. Any text may be asked for: what can't be a name belongs to nobody, and costs one statement as well.
 */
export async function findAccountByUsername(sql: Queries, username: string): Promise<Account | undefined> {
  // No identifier is empty.
  return selectAccountByIdentifier(sql, isName(username.trim()) ? canonicalLogin(username) : '')
}

function isName(text: string): boolean {
  return parseUsername(text).ok || parseEmail(text).ok
}
