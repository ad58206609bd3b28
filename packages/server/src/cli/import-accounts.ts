import { createHash } from 'node:crypto'
import { createReadStream, readFileSync } from 'node:fs'
import { listRoles } from '../domain/roles/list-roles.ts'
import { ADMIN_ROLE } from '../domain/roles/role.ts'
import { Besides } from '../domain/transfers/besides.ts'
import type { OpenFile } from '../domain/transfers/check-export.ts'
import { parseHashParameters } from '../domain/transfers/foreign/firebase.ts'
import { type ForeignProduct, foreignFormats } from '../domain/transfers/foreign/foreign-formats.ts'
import { type ImportedAccounts, importAccounts, type ReadLine } from '../domain/transfers/import-accounts.ts'
import { readAccountLines, readForeignLines } from '../domain/transfers/read-account-lines.ts'
import { openRehearsal } from '../domain/transfers/rehearsal.ts'
import type { Installation } from '../installation.ts'
import { readLines } from '../platform/json-stream/read-lines.ts'
import { CommandError, type Report } from './command.ts'
import { ImportReport } from './import-report.ts'
import { Progress } from './progress.ts'
import { sizeOf } from './size-of.ts'

export interface AccountsOptions {
  readonly from?: ForeignProduct
  readonly with: readonly string[]
  readonly hashParameters?: string
  readonly dryRun?: boolean
  readonly report?: string
}

/** `-`: standard input, which can be read once. */
export async function importAccountsOf(
  installation: Installation,
  file: string,
  options: AccountsOptions,
): Promise<Report> {
  const isFile = file !== '-'
  const size = isFile ? sizeOf(file) : 0
  const report = new ImportReport(options.report ?? (isFile ? `${file}.report.jsonl` : undefined))
  const progress = new Progress(options.dryRun ? 'Looking' : 'Importing', size)
  const counted = { bytes: 0 }
  const open: OpenFile = () =>
    countBytes(isFile ? createReadStream(file, { highWaterMark: 1 << 20 }) : process.stdin, counted)
  const rehearsal = options.dryRun ? await openRehearsal(installation.database, installation.clock) : undefined
  const besides = options.from && (await Besides.open(installation.clock))
  try {
    const imported = await importAccounts({
      ...installation,
      passwordCost: installation.config.passwordCost,
      lines: await readSource(installation, { open, besides, options }),
      digest: isFile ? await digestOf(filesOf(file, options)) : undefined,
      from: options.from ?? 'ostiary',
      report,
      rehearsal,
      onProgress: ({ created, refused }) => progress.tell(counted.bytes, `${created} accounts, ${refused} refused`),
    })
    progress.end()
    return describeImport(imported, report, { options, file })
  } finally {
    await report.close()
    await besides?.close()
    await rehearsal?.close()
  }
}

interface Source {
  readonly open: OpenFile
  readonly besides: Besides | undefined
  readonly options: AccountsOptions
}

async function readSource(
  { database, clock }: Installation,
  { open, besides, options }: Source,
): Promise<AsyncIterable<ReadLine>> {
  if (options.from === undefined || besides === undefined) return readAccountLines(readLines(open(0)), clock)
  const roles = (await listRoles(database.read)).filter((role) => !role.isForOrganizations)
  return readForeignLines({
    format: foreignFormats[options.from],
    open,
    others: options.with.map((file) => () => createReadStream(file, { highWaterMark: 1 << 20 })),
    besides,
    parameters: options.hashParameters === undefined ? {} : parseHashParameters(readText(options.hashParameters)),
    roles: new Set(roles.map(({ name }) => name)),
    clock,
  })
}

/** Whatever decides what comes of the lines: with other parameters it is another import. */
function filesOf(file: string, { with: others, hashParameters }: AccountsOptions): readonly string[] {
  return [file, ...others, ...(hashParameters === undefined ? [] : [hashParameters])]
}

function describeImport(
  { lines, created, refused, state }: ImportedAccounts,
  report: ImportReport,
  { options, file }: { readonly options: AccountsOptions; readonly file: string },
): Report {
  const kept = options.report ?? (file === '-' ? undefined : `${file}.report.jsonl`)
  const json = {
    ...{ created, refused, lines, state, dry_run: options.dryRun === true, left_out: report.leftOut },
    ...{ administrators: report.administrators, report: kept ?? null, first_refused: report.shown },
  }
  const exitCode = refused === 0 ? 0 : 1
  if (state === 'through')
    return {
      json,
      lines: [`This file was imported before: ${created} accounts, ${refused} lines refused. Nothing was done.`],
      exitCode,
    }
  const more = refused - report.shown.length
  return {
    json,
    lines: [
      `${options.dryRun ? 'Would create' : 'Created'} ${created} of ${created + refused} accounts${state === 'resumed' ? ', those of the import that was broken off with them' : ''}.`,
      ...report.shown.map((entry) => `Line ${entry.line}: ${entry.message}`),
      ...(more > 0 ? [`… and ${more} lines more.`] : []),
      ...(report.leftOut > 0 ? [`Of ${report.leftOut} accounts something was left out.`] : []),
      ...(report.administrators > 0 ? [describeAdministrators(report.administrators)] : []),
      ...(kept !== undefined && refused + report.leftOut + report.administrators > 0
        ? [`Each is named in ${kept}.`]
        : []),
    ],
    exitCode,
  }
}

function describeAdministrators(count: number): string {
  return `${count} of them ${count === 1 ? 'administers' : 'administer'} this server, by the role ${ADMIN_ROLE}.`
}

/** Of all files together: another file beside the same people is another import. */
async function digestOf(files: readonly string[]): Promise<string> {
  const hash = createHash('sha256')
  for (const file of files) {
    sizeOf(file)
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk)
    hash.update('\0')
  }
  return hash.digest('base64url')
}

async function* countBytes(source: AsyncIterable<Uint8Array>, counted: { bytes: number }): AsyncGenerator<Uint8Array> {
  counted.bytes = 0
  for await (const chunk of source) {
    counted.bytes += chunk.length
    yield chunk
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    throw new CommandError('no_such_file', `There is no file ${file} that can be read.`)
  }
}
