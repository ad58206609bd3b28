import type { Clock } from '../../platform/clock/clock.ts'
import type { Database, Transaction } from '../../platform/database/database.ts'
import type { HashQueue } from '../../platform/hash-queue/hash-queue.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'
import { MOST_ROLES_OF_ACCOUNT } from '../accounts/change-role.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import type { Argon2Parameters } from '../credentials/argon2-parameters.ts'
import { wrapPasswordHash } from '../credentials/wrap-password-hash.ts'
import { ADMIN_ROLE } from '../roles/role.ts'
import type { ImportedAccount } from './account-line.ts'
import { analyzeTables } from './analyze-tables.ts'
import { type ImportPosition, selectPosition, upsertPosition } from './import-position-store.ts'
import type { Rehearsal } from './rehearsal.ts'
import { type NumberedAccount, type RefusalCode, type StoredOutcome, storeAccounts } from './store-accounts.ts'

/** A line of an import, read: an account, or why it is none. */
export type ReadLine = ReadAccount | { readonly number: number; readonly sentence: string }

interface ReadAccount {
  readonly number: number
  readonly account: ImportedAccount
}

/** What is told of a line, by its number: that it was refused, what of it was left out, or that its account rules this server from now on. */
export interface ReportEntry {
  readonly line: number
  readonly outcome: 'refused' | 'left_out' | 'administrator'
  readonly code: RefusalCode | 'invalid_line' | 'left_out' | 'administrator'
  readonly message: string
}

/** Where entries go: it must be durable before the accounts are. */
export interface ReportSink {
  /** Writes entries behind those that are there; gives how long it is then, in bytes. */
  append(entries: readonly ReportEntry[]): Promise<number>
  /** Forgets what stands behind so many bytes: of a batch that was never stored. */
  truncate(bytes: number): Promise<void>
}

export interface AccountsImport {
  readonly database: Database
  readonly sealer: Sealer
  readonly clock: Clock
  readonly hashQueue: HashQueue
  readonly passwordCost: Argon2Parameters
  /** The lines, in order, from the first on: those that were taken before are passed over. */
  readonly lines: AsyncIterable<ReadLine>
  /** What is imported, so that it can go on after it was broken off. Absent: it can't. */
  readonly digest: string | undefined
  /** For the audit log: `ostiary` or another product. */
  readonly from: string
  readonly report: ReportSink
  /** Nothing is stored, and no weak hash is wrapped: the accounts go into a database that ends with the rehearsal. */
  readonly rehearsal?: Rehearsal | undefined
  readonly onProgress?: (told: AccountsProgress) => void
}

export interface AccountsProgress {
  readonly lines: number
  readonly created: number
  readonly refused: number
}

export interface ImportedAccounts extends AccountsProgress {
  /** `through`: this file was imported before, to its end. */
  readonly state: 'new' | 'resumed' | 'through'
}

/** So many lines are one unit of work. */
const BATCH = 500
/** So many may change which plans are good. */
const MANY = 10_000
/** Weak hashes wait for their turn to be wrapped, and the line for hashes is not endless. */
const MOST_WRAPPED_AT_ONCE = 32

/**
 * Creates accounts, batch by batch: a line that is refused is refused alone. Memory is that of a batch. Each batch is durable together with how far
 * the import has come, so after a kill -9 it goes on with the first line that was not taken; no account is made twice, and none is missing.
 */
export async function importAccounts(deps: AccountsImport): Promise<ImportedAccounts> {
  const id = deps.digest === undefined ? undefined : `accounts ${deps.from} ${deps.digest}`
  const known = id === undefined || deps.rehearsal ? undefined : await selectPosition(deps.database.read, id)
  if (known?.endedAt !== undefined) return { ...countsOf(known), state: 'through' }
  let position = known ?? beginning(id ?? 'accounts', deps.clock.now())
  await deps.report.truncate(position.reportBytes)
  let batch: ReadLine[] = []
  for await (const line of deps.lines) {
    if (line.number <= position.lines) continue
    batch.push(line)
    if (batch.length < BATCH) continue
    position = await importBatch(deps, batch, position)
    batch = []
    deps.onProgress?.(countsOf(position))
  }
  position = await importBatch(deps, batch, position)
  if (!deps.rehearsal) await finish(deps, position)
  return { ...countsOf(position), state: known === undefined ? 'new' : 'resumed' }
}

function beginning(id: string, startedAt: number): ImportPosition {
  const counts = { lines: 0, created: 0, refused: 0, offset: 0, reportBytes: 0 }
  return { id, kind: 'accounts', ...counts, startedAt, endedAt: undefined }
}

function countsOf({ lines, created, refused }: ImportPosition): AccountsProgress {
  return { lines, created, refused }
}

async function importBatch(
  deps: AccountsImport,
  batch: readonly ReadLine[],
  position: ImportPosition,
): Promise<ImportPosition> {
  const last = batch.at(-1)
  if (last === undefined) return position
  const readable = batch.filter((line) => 'account' in line)
  const refused = batch.flatMap((line) =>
    'account' in line ? [] : [refusal(line.number, 'invalid_line', line.sentence)],
  )
  const accounts = deps.rehearsal ? readable.map(withHash) : await wrapHashes(deps, readable)
  await deps.rehearsal?.prepare(readable.map(({ account }) => account))
  const { database } = deps.rehearsal ?? deps
  let next = position
  const also = async (tx: Transaction, outcomes: readonly StoredOutcome[]): Promise<void> => {
    const entries = [...refused, ...describeOutcomes(outcomes)].sort((a, b) => a.line - b.line)
    // The unit may be run again.
    if (entries.length > 0) await deps.report.truncate(position.reportBytes)
    const reportBytes = entries.length > 0 ? await deps.report.append(entries) : position.reportBytes
    const created = outcomes.filter(({ ok }) => ok).length
    next = {
      ...position,
      lines: last.number,
      created: position.created + created,
      refused: position.refused + batch.length - created,
      reportBytes,
    }
    if (deps.digest !== undefined && !deps.rehearsal) await upsertPosition(tx.sql, next)
  }
  await storeAccounts({ database, sealer: deps.sealer, from: deps.from, also }, accounts)
  return next
}

function withHash({ number, account }: ReadAccount): NumberedAccount {
  return { number, account, hash: account.hash }
}

async function wrapHashes(
  { hashQueue, passwordCost }: AccountsImport,
  lines: readonly ReadAccount[],
): Promise<readonly NumberedAccount[]> {
  const wrapped: NumberedAccount[] = []
  for (let from = 0; from < lines.length; from += MOST_WRAPPED_AT_ONCE)
    wrapped.push(
      ...(await Promise.all(
        lines.slice(from, from + MOST_WRAPPED_AT_ONCE).map(async ({ number, account }) => ({
          number,
          account,
          hash: account.hash && (await wrapPasswordHash(hashQueue, account.hash, passwordCost)),
        })),
      )),
    )
  return wrapped
}

async function finish(deps: AccountsImport, position: ImportPosition): Promise<void> {
  if (position.created >= MANY) await analyzeTables(deps.database)
  await deps.database.write((tx) => endImport(tx, deps, position))
}

async function endImport(tx: Transaction, { digest, from }: AccountsImport, position: ImportPosition): Promise<void> {
  if (digest !== undefined) await upsertPosition(tx.sql, { ...position, endedAt: tx.now })
  const detail = { from, created: position.created, refused: position.refused }
  await recordAuditEvent(tx, { act: 'accounts.imported', actor: 'cli', outcome: 'done', detail })
}

function describeOutcomes(outcomes: readonly StoredOutcome[]): ReportEntry[] {
  return outcomes.flatMap((outcome): ReportEntry[] => {
    if (!outcome.ok) return [refusal(outcome.number, outcome.code, describeRefusal(outcome))]
    const { number: line, leftOut, isAdministrator } = outcome
    const entries: ReportEntry[] = []
    if (isAdministrator) {
      const message = `This account administers this server: it has the role ${ADMIN_ROLE}.`
      entries.push({ line, outcome: 'administrator', code: 'administrator', message })
    }
    if (leftOut.length > 0) {
      const message = `Without: ${leftOut.join('; ')}.`
      entries.push({ line, outcome: 'left_out', code: 'left_out', message })
    }
    return entries
  })
}

function refusal(line: number, code: ReportEntry['code'], message: string): ReportEntry {
  return { line, outcome: 'refused', code, message }
}

function describeRefusal({ code, role }: Extract<StoredOutcome, { ok: false }>): string {
  switch (code) {
    case 'unknown_role':
      return `Nobody declared the role ${role}: make it with \`ostiary role create\`.`
    case 'too_many_roles':
      return `An account has at most ${MOST_ROLES_OF_ACCOUNT} roles, since its tokens carry them.`
    case 'username_taken':
      return 'Another account has that user name already.'
    case 'email_taken':
      return 'Another account has that e-mail address already.'
    case 'not_storable':
      return 'The database did not take it: another account has its id, a passkey or an identity of it already, or a member is of another kind than it should be.'
  }
}
