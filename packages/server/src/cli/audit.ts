import type { Command } from 'commander'
import type { SealedEvent } from '../domain/audit/audit-event.ts'
import { renderEventTime } from '../domain/audit/event-leaf.ts'
import { pageAuditEvents } from '../domain/audit/page-audit-events.ts'
import { countAuditEvents } from '../domain/audit/pending-events.ts'
import { AuditTreeKeeper } from '../domain/audit-tree/audit-tree-keeper.ts'
import { renderEvent } from '../domain/audit-tree/proof-bundle.ts'
import { findCheckpoint, findLeafIndexes, proveEvent } from '../domain/audit-tree/prove-tree.ts'
import type { Installation } from '../installation.ts'
import { renderVerifierKey } from '../platform/signed-note/signed-note.ts'
import { auditExportCommand } from './audit-export.ts'
import { addSearchOptions, readSearch, type SearchOptions } from './audit-search.ts'
import { auditVerifyCommand } from './audit-verify.ts'
import { CommandError, createCommand, createGroup, type Report, runCommand, withInstallation } from './command.ts'
import { parseLimitOption } from './parse-limit-option.ts'

export function auditCommand(): Command {
  return createGroup('audit', 'The audit log: what was done, and the proof that nothing of it was changed.', [
    auditListCommand(),
    auditExportCommand(),
    auditVerifyCommand(),
    auditProofCommand(),
    auditCheckpointCommand(),
    auditKeyCommand(),
  ])
}

function auditListCommand(): Command {
  const command = createCommand(
    'list',
    'List events, the latest first.',
    'ostiary audit list --account ada --act login.refused --from 2026-11-01',
  ).option('--limit <count>', 'how many at most', '50')
  return addSearchOptions(command).action((options: SearchOptions & { readonly limit: string }) =>
    runCommand(options, () =>
      withInstallation(async (installation) => {
        const { database } = installation
        const most = parseLimitOption(options.limit)
        const search = await readSearch(installation, options)
        const events = await pageAuditEvents(database.read, { ...search, order: 'latest', most })
        const indexes = await findLeafIndexes(
          database.read,
          events.slice(0, 1000).map(({ id }) => id),
        )
        const lines = events.length === 0 ? ['No event matches.'] : events.map(toLine)
        return { json: { events: events.map((event) => toJson(event, indexes)) }, lines }
      }),
    ),
  )
}

function toJson(event: SealedEvent, indexes: ReadonlyMap<string, number>): object {
  return { ...renderEvent(event), index: indexes.get(event.id) ?? null }
}

function toLine(event: SealedEvent): string {
  const { id, at, act, actor, outcome, accountId, clientId, network, detail } = event
  const about = [accountId && `account ${accountId}`, clientId && `client ${clientId}`, network && `from ${network}`]
  const particulars = Object.keys(detail).length === 0 ? '' : JSON.stringify(detail)
  const words = [renderEventTime(at), id, outcome === 'done' ? act : `${act} (${outcome})`, `by ${actor}`, ...about]
  return [...words, particulars].filter(Boolean).join('  ')
}

function auditProofCommand(): Command {
  return createCommand(
    'proof',
    'Print an event with all that is needed to check it without this database.',
    'ostiary audit proof 018bcfe5-6800-7c3a-9d1e-2f60b1a7c9d4 > proof.json',
  )
    .argument('<event id>', 'as `ostiary audit list` shows it')
    .action((id: string, options: { readonly json?: boolean }) =>
      runCommand(options, () =>
        withInstallation(async (installation) => {
          await appendAll(installation)
          const bundle = await proveEvent(installation.database.read, id, installation.auditSigner)
          if (bundle === undefined)
            throw new CommandError('unknown_event', 'There is no such event, or retention has deleted it.')
          return { json: bundle, lines: [JSON.stringify(bundle, null, 2)] }
        }),
      ),
    )
}

function auditCheckpointCommand(): Command {
  return createCommand(
    'checkpoint',
    'Print the newest signed checkpoint: keep it where nobody who can write to the database can write.',
    'ostiary audit checkpoint > checkpoints/2026-11-26',
  ).action((options: { readonly json?: boolean }) =>
    runCommand(options, () =>
      withInstallation(async (installation) => {
        await appendAll(installation)
        const checkpoint = (await findCheckpoint(installation.database.read)) ?? ''
        const { pending } = await countAuditEvents(installation.database.read)
        // What prints it ends it with a line feed.
        return { json: { checkpoint, pending }, lines: [checkpoint.replace(/\n$/, '')] }
      }),
    ),
  )
}

function auditKeyCommand(): Command {
  return createCommand(
    'key',
    'Print the key that checkpoints are verified with; it never changes, so write it down elsewhere once.',
    'ostiary audit key',
  ).action((options: { readonly json?: boolean }) =>
    runCommand(options, () =>
      withInstallation(async ({ auditSigner }): Promise<Report> => {
        const key = renderVerifierKey(auditSigner)
        return { json: { key, origin: auditSigner.name }, lines: [key] }
      }),
    ),
  )
}

/** What a command has just audited has to be a leaf before it can be proved, also where no server runs. */
async function appendAll({ database, auditSigner }: Installation): Promise<void> {
  const log = { error() {}, warn() {} }
  const keeper = new AuditTreeKeeper({ database, auditSigner, log })
  await keeper.appendAll()
  if (keeper.state().isRefusing)
    throw new CommandError(
      'audit_log_broken',
      'The head of the audit log is not what its key has signed. `ostiary audit verify` says what was done to it.',
    )
}
