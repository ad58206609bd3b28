import { canonicalLoginName } from './canonical-login-name.ts'
import { type ParsedUsername, parseUsername, type Username } from './parse-username.ts'

type OwnNameFault = Extract<ParsedUsername, { ok: false }>['reason'] | 'anothers_address' | 'mixed_scripts'

export type ParsedOwnUsername =
  | { readonly ok: true; readonly username: Username }
  | { readonly ok: false; readonly reason: OwnNameFault; readonly sentence: string }

/** Scripts whose letters are taken for each other's: a name of two of them looks like another's name. */
const lookAlikes = ['Latin', 'Greek', 'Cyrillic', 'Armenian', 'Cherokee'].map(
  (script) => new RegExp(`\\p{Script=${script}}`, 'u'),
)

/**
 * Reads a user name that somebody chooses for themselves: as any, and such that it passes for nobody else's. Outer blanks are left away, since
 * keyboards add them. What has an @ may only be the person's own address: else a name that is told to be taken would tell whose addresses
 * have accounts.
 *
 * @param email what the address of the account is. Absent: it has none.
 * @see UTS 39 §5.2 (moderately restrictive, of which this is the part that concerns look-alikes)
 */
export function parseOwnUsername(input: string, email: string | undefined): ParsedOwnUsername {
  const parsed = parseUsername(input.trim())
  if (!parsed.ok) return parsed
  const { canonical } = parsed.username
  const isOwnAddress = email !== undefined && canonical === canonicalLoginName(email)
  if (isOwnAddress) return parsed
  if (canonical.includes('@'))
    return { ok: false, reason: 'anothers_address', sentence: 'A name with an @ has to be your own e-mail address.' }
  if (lookAlikes.filter((script) => script.test(canonical)).length > 1)
    return {
      ok: false,
      reason: 'mixed_scripts',
      sentence: 'Use letters of one script: letters that look alike are taken for each other.',
    }
  return parsed
}
