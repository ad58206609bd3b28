import { createWriteStream } from 'node:fs'
import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Command, Option } from 'commander'
import { recordAuditEvent } from '../domain/audit/record-audit-event.ts'
import { type LeavablePart, leavableParts } from '../domain/transfers/exported-tables.ts'
import { writeInstallation } from '../domain/transfers/write-installation.ts'
import type { Installation } from '../installation.ts'
import { CommandError, createCommand, type Report, runCommand, withInstallation } from './command.ts'
import { writeNewFile } from './new-file.ts'

interface ExportOptions {
  readonly accounts?: boolean
  readonly without: readonly LeavablePart[]
  readonly json?: boolean
}

export function exportCommand(): Command {
  return createCommand(
    'export',
    'Write everything of the installation as JSON lines, hashes of passwords included, as it stood at one moment. To standard output, unless a file is named. What is sealed stays sealed: to import it again you need OSTIARY_SECRET too.',
    'ostiary export ostiary.jsonl',
  )
    .argument('[file]', 'a new file, which only its owner may read')
    .option('--accounts', 'the accounts alone, with their hashes, factors, passkeys and identities')
    .addOption(
      new Option('--without <part>', `leave out a part (may be given again): ${leavableParts.join(', ')}`)
        .argParser((part: string, before: readonly LeavablePart[]) => [...before, parsePart(part)])
        .default([] as readonly LeavablePart[], 'nothing'),
    )
    .action((file: string | undefined, options: ExportOptions) =>
      runCommand(options, () => withInstallation((installation) => exportInstallation(installation, file, options))),
    )
}

function parsePart(text: string): LeavablePart {
  const part = leavableParts.find((candidate) => candidate === text)
  if (part) return part
  throw new CommandError('wrong_usage', `--without takes one of ${leavableParts.join(', ')}.`, 2)
}

async function exportInstallation(
  installation: Installation,
  file: string | undefined,
  options: ExportOptions,
): Promise<Report> {
  const { database, clock, config } = installation
  const content = options.accounts ? 'accounts' : 'everything'
  const leftOut = [...new Set(options.without)].sort()
  // First, so that the export itself says that it was taken; and whoever is not to be told of it can't have one.
  await database.write((tx) =>
    recordAuditEvent(tx, {
      act: 'installation.exported',
      actor: 'cli',
      outcome: 'done',
      detail: { content, left_out: leftOut },
    }),
  )
  const counted = { accounts: 0 }
  const write = (target: Writable): Promise<void> =>
    database.snapshot((snapshot) => {
      const lines = writeInstallation(snapshot, { issuer: config.issuer, now: clock.now(), content, leftOut })
      return pipeline(Readable.from(countingAccounts(lines, counted), { highWaterMark: 1 }), target)
    })
  if (file === undefined) await write(process.stdout)
  else await writeNewFile(file, (partial) => write(createWriteStream(partial, { flags: 'r+', flush: true })))
  return {
    json: { file: file ?? null, content, left_out: leftOut, accounts: counted.accounts },
    lines: [
      `Exported ${content === 'accounts' ? 'the accounts' : 'everything'}${file === undefined ? '' : ` to ${file}`}: ${counted.accounts} accounts.`,
      'It holds hashes of passwords and personal data: keep it as you keep the database. What is sealed in it opens with OSTIARY_SECRET alone.',
    ],
    goesToStandardError: file === undefined,
  }
}

async function* countingAccounts(lines: AsyncIterable<string>, counted: { accounts: number }): AsyncGenerator<string> {
  for await (const text of lines) {
    if (text.startsWith('{"type":"account"')) counted.accounts += text.split('\n').length - 1
    yield text
  }
}
