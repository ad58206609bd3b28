import { createInterface } from 'node:readline'
import type { Command } from 'commander'
import { createAccount } from '../domain/accounts/create-account.ts'
import { type Email, parseEmail } from '../domain/accounts/parse-email.ts'
import { parseUsername, type Username } from '../domain/accounts/parse-username.ts'
import { parsePasswordHash } from '../domain/credentials/parse-password-hash.ts'
import type { PasswordHash } from '../domain/credentials/password-hash.ts'
import { setPassword } from '../domain/credentials/set-password.ts'
import { wrapPasswordHash } from '../domain/credentials/wrap-password-hash.ts'
import { updateProfile } from '../domain/profiles/update-profile.ts'
import { parseRole } from '../domain/roles/parse-role.ts'
import type { Installation } from '../server.ts'
import { createCommand, type Report, runCommand, withInstallation } from './command.ts'
import { describeRefusedCreation } from './describe-refused-creation.ts'

export function accountImportCommand(): Command {
  return createCommand(
    'import',
    'Take over accounts of another system, with the hashes of their passwords: one JSON object a line on standard input, with username and, as far as known, email, email_verified, roles and password_hash.',
    'ostiary account import < accounts.jsonl',
  ).action((options: { readonly json?: boolean }) => runCommand(options, () => withInstallation(importAccounts)))
}

interface ImportedAccount {
  readonly username: Username
  readonly email: Email | undefined
  readonly isEmailVerified: boolean
  readonly roles: readonly string[]
  readonly hash: PasswordHash | undefined
}

interface LineFault {
  readonly line: number
  readonly code: string
  readonly message: string
}

/** So many at once: each weak hash waits for its turn to be wrapped, and the line for hashes is not endless. */
const batchSize = 32

/** Each line is an account of its own: what is refused is told by the number of its line, and may be sent again mended. */
async function importAccounts(installation: Installation): Promise<Report> {
  const faults: LineFault[] = []
  let [line, created] = [0, 0]
  let batch: Promise<PreparedLine | LineFault>[] = []
  const createBatch = async (): Promise<void> => {
    // One after the other: of two lines with one name the first has it.
    for (const prepared of await Promise.all(batch)) {
      const fault = 'code' in prepared ? prepared : await createFromLine(installation, prepared)
      if (fault === undefined) created += 1
      else faults.push(fault)
    }
    batch = []
  }
  for await (const text of createInterface({ input: process.stdin })) {
    line += 1
    if (text.trim() === '') continue
    batch.push(prepareLine(installation, line, text))
    if (batch.length === batchSize) await createBatch()
  }
  await createBatch()
  return {
    json: { created, refused: faults },
    lines: [
      `Created ${created} of ${created + faults.length} accounts.`,
      ...faults.map((fault) => `Line ${fault.line}: ${fault.message}`),
    ],
    exitCode: faults.length === 0 ? 0 : 1,
  }
}

interface PreparedLine {
  readonly line: number
  readonly account: ImportedAccount
  /** Wrapped when it was weak. */
  readonly hash: PasswordHash | undefined
}

async function prepareLine(
  { hashQueue, config }: Installation,
  line: number,
  text: string,
): Promise<PreparedLine | LineFault> {
  const account = parseLine(text)
  if (typeof account === 'string') return { line, code: 'invalid_line', message: account }
  const hash = account.hash && (await wrapPasswordHash(hashQueue, account.hash, config.passwordCost))
  return { line, account, hash }
}

async function createFromLine(
  installation: Installation,
  { line, account, hash }: PreparedLine,
): Promise<LineFault | undefined> {
  const outcome = await installation.database.write(async (tx) => {
    const { username, email, roles } = account
    const made = await createAccount(tx, { username, email, roles, actor: 'cli' })
    if (!made.ok) return made
    if (hash !== undefined) await setPassword(tx, made.account.id, hash, 'cli')
    if (account.isEmailVerified) await updateProfile(tx, made.account, { email_verified: true }, 'cli')
    return made
  })
  if (outcome.ok) return undefined
  return { line, code: outcome.reason, message: await describeRefusedCreation(installation, outcome) }
}

/** An account, or what is wrong with the line. The sentence never repeats the line: it holds a hash. */
function parseLine(text: string): ImportedAccount | string {
  const fields = parseObject(text)
  if (fields === undefined) return 'A line must be one JSON object.'
  const { username, email, email_verified, roles = [], password_hash, ...others } = fields
  const [unknown] = Object.keys(others)
  if (unknown !== undefined)
    return 'A line has username, email, email_verified, roles and password_hash, and nothing else.'
  if (typeof username !== 'string') return 'A line must have a username, a text.'
  const parsedUsername = parseUsername(username)
  if (!parsedUsername.ok) return parsedUsername.sentence
  if (email !== undefined && typeof email !== 'string') return 'The email must be a text.'
  const parsedEmail = email === undefined ? undefined : parseEmail(email)
  if (parsedEmail?.ok === false) return parsedEmail.sentence
  if (email_verified !== undefined && typeof email_verified !== 'boolean') return 'email_verified is true or false.'
  if (email_verified === true && email === undefined) return 'Without an email nothing can be verified.'
  if (!Array.isArray(roles) || !roles.every((role) => typeof role === 'string' && parseRole(role).ok))
    return 'The roles must be a list of names of roles, such as ["editor"].'
  const hash = parseHash(password_hash)
  if (hash?.ok === false) return hash.sentence
  return {
    username: parsedUsername.username,
    email: parsedEmail?.email,
    isEmailVerified: email_verified === true,
    roles,
    hash: hash?.hash,
  }
}

/** A text, or Keycloak's object as it is. */
function parseHash(value: unknown): ReturnType<typeof parsePasswordHash> | undefined {
  if (value === undefined) return undefined
  return parsePasswordHash(typeof value === 'string' ? value : JSON.stringify(value))
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
  } catch {
    return undefined
  }
}
