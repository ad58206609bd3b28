import { createReadStream } from 'node:fs'
import { type Command, Option } from 'commander'
import { loadConfig } from '../config.ts'
import { findHeader } from '../domain/transfers/check-export.ts'
import { foreignProducts } from '../domain/transfers/foreign/foreign-formats.ts'
import { importInstallation } from '../domain/transfers/import-installation.ts'
import { openBareDatabase } from '../installation.ts'
import { readLines } from '../platform/json-stream/read-lines.ts'
import { CommandError, createCommand, type Report, runCommand, withInstallation } from './command.ts'
import { type AccountsOptions, importAccountsOf } from './import-accounts.ts'
import { Progress } from './progress.ts'
import { sizeOf } from './size-of.ts'

interface ImportOptions extends AccountsOptions {
  readonly accounts?: boolean
  readonly json?: boolean
}

export function importCommand(): Command {
  return createCommand(
    'import',
    'Take over what `ostiary export` wrote: everything, into an empty database; or accounts, with the hashes of their passwords, as JSON lines or as another product exports them. Broken off, it goes on where it was when it is run again.',
    'ostiary import users.json --from keycloak --dry-run',
  )
    .argument('<file>', 'what is imported; - for accounts on standard input')
    .addOption(new Option('--from <product>', 'whose export it is, if not ours').choices(foreignProducts))
    .addOption(
      new Option(
        '--with <file>',
        'a further file of that export, such as the hashes or the identities (may be given again)',
      )
        .argParser((file: string, before: readonly string[]) => [...before, file])
        .default([] as readonly string[], 'none'),
    )
    .option('--hash-parameters <file>', "what Firebase's console shows as the project's password hash parameters")
    .option('--accounts', 'of an export of everything the accounts alone')
    .option('--dry-run', 'store nothing, and tell what would be refused')
    .option('--report <file>', 'where each refused line is told; unless given, beside the file')
    .action((file: string, options: ImportOptions) => runCommand(options, () => importFile(file, options)))
}

async function importFile(file: string, options: ImportOptions): Promise<Report> {
  if (options.from === undefined && (options.with.length > 0 || options.hashParameters !== undefined))
    throw new CommandError('wrong_usage', '--with and --hash-parameters belong to --from.', 2)
  if (options.accounts || options.from !== undefined || !(await isWhole(file)))
    return withInstallation((installation) => importAccountsOf(installation, file, options))
  if (options.dryRun)
    throw new CommandError(
      'wrong_usage',
      '--dry-run is for accounts: an export of everything is checked before anything is written.',
      2,
    )
  return importWhole(file)
}

/** Whether it is an export of everything. */
async function isWhole(file: string): Promise<boolean> {
  if (file === '-') return false
  sizeOf(file)
  for await (const { text } of readLines(createReadStream(file))) return findHeader(text)?.content === 'everything'
  return false
}

async function importWhole(file: string): Promise<Report> {
  const config = loadConfig()
  const { database, sealer } = await openBareDatabase(config)
  const progress = new Progress('Importing', sizeOf(file))
  try {
    const open = (start: number) => createReadStream(file, { start, highWaterMark: 1 << 20 })
    const onProgress = (offset: number) => progress.tell(offset, '')
    const { header, rows, wasResumed } = await importInstallation({ database, sealer, open, onProgress })
    progress.end()
    const isElsewhere = header.issuer !== config.issuer
    return {
      json: { rows, was_resumed: wasResumed, exported_at: header.exported_at, issuer: header.issuer },
      lines: [
        `Imported everything of ${header.issuer} as it was at ${header.exported_at}: ${rows.account} accounts, ${rows.session ?? 0} sessions, ${rows.client ?? 0} clients.`,
        ...(isElsewhere
          ? [
              `OSTIARY_ISSUER is ${config.issuer} here: tokens of the other issuer are refused, and passkeys of another host do not work.`,
            ]
          : []),
        'If the old server went on after the export was taken, what it revoked since is not in it: run `ostiary revoke everything --yes` before you start here.',
      ],
    }
  } finally {
    await database.close()
  }
}
