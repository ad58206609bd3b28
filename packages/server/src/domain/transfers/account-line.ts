import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import { timeOrderedId } from '../../platform/random/random.ts'
import type { AccountToCreate } from '../accounts/create-accounts.ts'
import { type Email, parseEmail } from '../accounts/parse-email.ts'
import { parseUsername } from '../accounts/parse-username.ts'
import { parsePasswordHash } from '../credentials/parse-password-hash.ts'
import type { PasswordHash } from '../credentials/password-hash.ts'
import { parseProfileChange } from '../profiles/parse-profile-change.ts'
import { parseRole } from '../roles/parse-role.ts'
import { type AccountRecord, type RowsOfTables, toAccountRows } from './account-record.ts'

/** An account as a line of an import has it, read and judged. */
export interface ImportedAccount {
  readonly creation: AccountToCreate & { readonly id: string }
  readonly hash: PasswordHash | undefined
  readonly passwordSetAt: EpochMilliseconds | undefined
  /** The secret of an authenticator app, in base 32. */
  readonly totpSecret: string | undefined
  /** Rows of its other parts, as the line has them. */
  readonly rowsOf: RowsOfTables
  readonly profile: Readonly<Record<string, unknown>>
  readonly profileUpdatedAt: EpochMilliseconds | undefined
  /** What the line has and the account will not, each a few words. */
  readonly leftOut: readonly string[]
}

export type ParsedAccountLine =
  | { readonly ok: true; readonly account: ImportedAccount }
  | { readonly ok: false; readonly sentence: string }

const members: ReadonlySet<string> = new Set([
  ...[
    'type',
    'id',
    'username',
    'email',
    'email_verified',
    'email_verified_at',
    'created_at',
    'disabled_at',
    'locked_at',
  ],
  ...['delete_after', 'purge_started_at', 'identifiers', 'profile', 'profile_updated_at', 'roles', 'password_hash'],
  ...['password_set_at', 'totp', 'recovery_codes', 'passkeys', 'passkey_user', 'federated_identities', 'memberships'],
  'membership_roles',
])
/** What is taken as rows, as `ostiary export` wrote it. */
const rowMembers = [
  'totp',
  'recovery_codes',
  'passkeys',
  'passkey_user',
  'federated_identities',
  'memberships',
  'membership_roles',
]

class Refusal extends Error {}

/**
 * Reads an account of an import: what `ostiary export` writes, of which only `username` must be there. The sentence of a refusal never repeats the
 * line: it holds a hash.
 */
export function parseAccountLine(line: AccountRecord, now: EpochMilliseconds): ParsedAccountLine {
  try {
    return { ok: true, account: readLine(line, now) }
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, sentence: error.message }
    if (error instanceof TypeError)
      return { ok: false, sentence: 'A member of the line is of another kind than it should be.' }
    throw error
  }
}

function readLine(line: AccountRecord, now: EpochMilliseconds): ImportedAccount {
  const unknown = Object.keys(line).find((member) => !members.has(member))
  if (unknown !== undefined) throw new Refusal(`A line has no member but ${[...members].join(', ')}.`)
  if ((line.purge_started_at ?? null) !== null) throw new Refusal('The account was being deleted when it was exported.')
  const leftOut: string[] = []
  const { profile, isVerified } = readProfile(line.profile, leftOut)
  const creation = readCreation(line, { now, isVerifiedByProfile: isVerified })
  const { secret, ...sealedTotp } = readObject(line.totp, 'totp')
  if (secret !== undefined && typeof secret !== 'string') throw new Refusal('The secret of totp is a text in base 32.')
  const rowMembersOfLine = rowMembers.filter((member) => line[member] !== undefined && line[member] !== null)
  const record = Object.fromEntries(rowMembersOfLine.map((member) => [member, line[member]]))
  if (secret !== undefined || Object.keys(sealedTotp).length === 0) delete record.totp
  return {
    creation,
    hash: readHash(line.password_hash),
    passwordSetAt: readMoment(line.password_set_at, 'password_set_at'),
    totpSecret: secret,
    rowsOf: toAccountRows({ ...record, id: creation.id }),
    profile,
    profileUpdatedAt: readMoment(line.profile_updated_at, 'profile_updated_at'),
    leftOut,
  }
}

function readCreation(
  line: AccountRecord,
  { now, isVerifiedByProfile }: { readonly now: EpochMilliseconds; readonly isVerifiedByProfile: boolean },
): ImportedAccount['creation'] {
  // A million ids at random would touch every page of every index with each batch.
  const { id = `acc_${timeOrderedId(now)}`, username } = line
  if (typeof id !== 'string' || !/^acc_[\w-]{22}$/.test(id))
    throw new Refusal('An id is acc_ and 22 characters, as `ostiary export` writes it.')
  if (typeof username !== 'string') throw new Refusal('A line must have a username, a text.')
  const parsed = parseUsername(username)
  if (!parsed.ok) throw new Refusal(parsed.sentence)
  const email = readEmail(line.email)
  const isVerified = line.email_verified ?? isVerifiedByProfile
  if (typeof isVerified !== 'boolean') throw new Refusal('email_verified is true or false.')
  const emailVerifiedAt = readMoment(line.email_verified_at, 'email_verified_at') ?? (isVerified ? now : undefined)
  if (emailVerifiedAt !== undefined && email === undefined)
    throw new Refusal('Without an email nothing can be verified.')
  const lockedAt = readMoment(line.locked_at, 'locked_at')
  const disabledAt = readMoment(line.disabled_at, 'disabled_at')
  return {
    ...{ id, username: parsed.username, email, emailVerifiedAt, roles: readRoles(line.roles) },
    createdAt: readMoment(line.created_at, 'created_at'),
    disabledAt: disabledAt ?? lockedAt,
    disabledBy: disabledAt !== undefined ? 'operator' : lockedAt === undefined ? undefined : 'owner',
    deleteAfter: readMoment(line.delete_after, 'delete_after'),
  }
}

function readEmail(value: unknown): Email | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string') throw new Refusal('The email must be a text.')
  const parsed = parseEmail(value)
  if (!parsed.ok) throw new Refusal(parsed.sentence)
  return parsed.email
}

function readRoles(value: unknown): readonly string[] {
  if (value === undefined || value === null) return []
  if (Array.isArray(value) && value.every((role) => typeof role === 'string' && parseRole(role).ok)) return value
  throw new Refusal('The roles must be a list of names of roles, such as ["editor"].')
}

/** A text, or Keycloak's object as it is. */
function readHash(value: unknown): PasswordHash | undefined {
  if (value === undefined || value === null) return undefined
  const parsed = parsePasswordHash(typeof value === 'string' ? value : JSON.stringify(value))
  if (!parsed.ok) throw new Refusal(parsed.sentence)
  return parsed.hash
}

function readMoment(value: unknown, member: string): EpochMilliseconds | undefined {
  if (value === undefined || value === null) return undefined
  const moment = typeof value === 'string' && /^\d{4}-\d\d-\d\d/.test(value) ? Date.parse(value) : Number.NaN
  if (Number.isNaN(moment)) throw new Refusal(`${member} must be a moment such as 2026-11-26T08:00:00.000Z.`)
  return moment
}

/** A claim that has not its form is left out: nobody loses an account for a picture's sake. */
function readProfile(
  value: unknown,
  leftOut: string[],
): { readonly profile: Readonly<Record<string, unknown>>; readonly isVerified: boolean } {
  const profile: Record<string, unknown> = {}
  let isVerified = false
  for (const [claim, content] of Object.entries(readObject(value, 'profile'))) {
    if (content === null || content === '') continue
    const text = typeof content === 'string' ? content : JSON.stringify(content)
    const parsed = parseProfileChange([`${claim}=${text}`])
    if (!parsed.ok) leftOut.push(`profile.${claim}: ${parsed.sentence}`)
    else if (claim === 'email_verified') isVerified = content === true
    else Object.assign(profile, parsed.change)
  }
  return { profile, isVerified }
}

function readObject(value: unknown, member: string): Readonly<Record<string, unknown>> {
  if (value === undefined || value === null) return {}
  if (typeof value === 'object' && !Array.isArray(value)) return { ...value }
  throw new Refusal(`The ${member} must be an object.`)
}
