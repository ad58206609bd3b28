import { hash } from '@node-rs/argon2'
import { loadConfig } from '../../packages/server/src/config.ts'
import { STORED_LEVELS } from '../../packages/server/src/domain/audit-tree/audit-tree-store.ts'
import { openInstallation } from '../../packages/server/src/installation.ts'
import { appendLeaves, type Peaks, rootOfPeaks } from '../../packages/server/src/platform/merkle-tree/peaks.ts'
import { renderCheckpoint } from '../../packages/server/src/platform/signed-note/checkpoint.ts'
import { type NoteSigner, signNote } from '../../packages/server/src/platform/signed-note/signed-note.ts'
import type { Installation } from '../server/start-ostiary.ts'
import { growthPassword, makeEvents, makeRows, type RowContext, type TableRows } from './make-rows.ts'
import { openSink, type Sink } from './open-sink.ts'

/** What hashing costs where it is not what is measured: next to nothing. */
export const cheapCost = { memoryKibibytes: 8, passes: 1, parallelism: 1 } as const
const realCost = { memoryKibibytes: 19_456, passes: 2, parallelism: 1 } as const

const BATCH = 5_000

/**
 * Fills a database with accounts that each have a session: every row that the server itself would have written for them, by bulk SQL. Accounts with an even number have
 * a password of `cheapCost`, the others one of the real cost.
 */
export async function fillDatabase(
  installation: Installation,
  databaseUrl: string,
  accounts: number,
): Promise<RowContext> {
  const { environment, audience } = installation
  const config = loadConfig({ environment, folder: String(environment.OSTIARY_DATA_DIR) })
  const opened = await openInstallation(config)
  const { id: refreshKeyId } = await opened.refreshKeys.newest()
  const passwordHashes = [await hashAt(cheapCost), await hashAt(realCost)]
  const context = { audience, refreshKeyId, now: Date.now(), passwordHashes }
  const signer = opened.auditSigner
  await opened.close()
  const sink = await openSink(databaseUrl)
  const endLoad = await sink.beginLoad()
  for (let from = 0; from < accounts; from += BATCH)
    for (const rows of makeRows(from, Math.min(BATCH, accounts - from), context)) await sink.insert(rows)
  await fillAuditLog(sink, signer, accounts, context)
  await endLoad()
  await sink.close()
  return context
}

function hashAt(cost: typeof cheapCost | typeof realCost): Promise<string> {
  return hash(growthPassword, {
    memoryCost: cost.memoryKibibytes,
    timeCost: cost.passes,
    parallelism: cost.parallelism,
    outputLen: 32,
  })
}

async function fillAuditLog(sink: Sink, signer: NoteSigner, accounts: number, context: RowContext): Promise<void> {
  let size = Number(await sink.ask('SELECT size FROM audit_head'))
  const text = String(await sink.ask('SELECT peaks FROM audit_head'))
  let peaks: Peaks = text === '' ? [] : text.split(' ').map((peak) => Buffer.from(peak, 'base64'))
  for (const act of ['account.imported', 'session.opened'] as const)
    for (let from = 0; from < accounts; from += BATCH) {
      const made = makeEvents(act, from, Math.min(BATCH, accounts - from), context)
      const first = size
      const appended = appendLeaves(
        size,
        peaks,
        made.map(({ leaf }) => leaf),
      )
      ;({ size, peaks } = appended)
      for (const rows of toTables(made, first, appended.completed)) await sink.insert(rows)
    }
  const checkpoint = signNote(renderCheckpoint({ origin: signer.name, size, root: rootOfPeaks(peaks) }), signer)
  const written = peaks.map((peak) => Buffer.from(peak).toString('base64')).join(' ')
  await sink.ask(`UPDATE audit_head SET size = ${size}, peaks = '${written}', checkpoint = '${checkpoint}'`)
}

function toTables(
  made: ReturnType<typeof makeEvents>,
  first: number,
  completed: ReturnType<typeof appendLeaves>['completed'],
): readonly TableRows[] {
  const stored = completed.filter(({ level }) => level % STORED_LEVELS === 0)
  return [
    {
      table: 'audit_event',
      columns: [
        ['id', 'text'],
        ['at', 'bigint'],
        ['act', 'text'],
        ['actor', 'text'],
        ['outcome', 'text'],
        ['account_id', 'text'],
        ['session_id', 'text'],
        ['client_id', 'text'],
        ['network', 'text'],
        ['incident_id', 'text'],
        ['detail', 'text'],
        ['salt', 'text'],
        ['commitment', 'text'],
      ],
      rows: made.map(({ event }) => [
        ...[event.id, event.at, event.act, event.actor, event.outcome, event.accountId ?? null],
        ...[event.sessionId ?? null, event.clientId ?? null, event.network ?? null, event.incidentId ?? null],
        ...[JSON.stringify(event.detail), event.salt ?? null, event.commitment],
      ]),
    },
    {
      table: 'audit_leaf',
      columns: [
        ['leaf_index', 'bigint'],
        ['event_id', 'text'],
        ['hash', 'text'],
      ],
      rows: made.map(({ event, leaf }, at) => [first + at, event.id, leaf.toString('base64')]),
    },
    {
      table: 'audit_subtree',
      columns: [
        ['level', 'bigint'],
        ['position', 'bigint'],
        ['hash', 'text'],
      ],
      rows: stored.map(({ level, position, hash: node }) => [level, position, Buffer.from(node).toString('base64')]),
    },
  ]
}
