import { generateKeyPairSync, randomInt } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { recordAuditEvent } from '../../packages/server/src/domain/audit/record-audit-event.ts'
import { AuditTreeKeeper } from '../../packages/server/src/domain/audit-tree/audit-tree-keeper.ts'
import { selectHead } from '../../packages/server/src/domain/audit-tree/audit-tree-store.ts'
import { proveConsistency, proveInclusion } from '../../packages/server/src/domain/audit-tree/prove-tree.ts'
import { verifyAuditLog } from '../../packages/server/src/domain/audit-tree/verify-audit-log.ts'
import { migrations } from '../../packages/server/src/domain/schema/migrations.ts'
import { systemClock } from '../../packages/server/src/platform/clock/clock.ts'
import type { Database } from '../../packages/server/src/platform/database/database.ts'
import { openDatabase } from '../../packages/server/src/platform/database/open-database.ts'
import { type Findings, keepResult } from '../document/result.ts'
import { median } from '../measuring/median.ts'

/** As many logins as are under way at once on a busy server. */
const CONCURRENCY = 64
const ROUNDS = 9
const UNITS = 2000

const signer = { name: 'bench.example.com/audit', ...generateKeyPairSync('ed25519') }
const log = { error() {}, warn() {} }

await keepResult('audit', async (isQuick): Promise<Findings> => {
  const folder = mkdtempSync(path.join(tmpdir(), 'ostiary-bench-audit-'))
  const database = await openDatabase({ url: `sqlite:${path.join(folder, 'a.db')}`, migrations, clock: systemClock })
  try {
    return await measure(database, isQuick ? 20_000 : 300_000)
  } finally {
    await database.close()
    rmSync(folder, { recursive: true })
  }
})

async function measure(database: Database, size: number): Promise<Findings> {
  const { alone, beside } = await measureActs(database)
  const appended = await measureAppending(database, size)
  const proofs = await measureProofs(database)
  const verifyingMilliseconds = await time(() =>
    database.snapshot((sql) => verifyAuditLog({ sql, verifier: signer, held: [] })),
  )
  const { size: leaves } = await selectHead(database.read)
  const ratio = median(beside) / median(alone)
  return {
    title: 'The audit log',
    marks: [
      {
        of: 'audited acts while the tree is appended, to the same acts alone',
        mark: '≥ 0.8',
        measured: ratio.toFixed(2),
        isMet: ratio >= 0.8,
      },
    ],
    tables: [
      {
        caption: `A log of ${leaves.toLocaleString('en')} events, on SQLite`,
        columns: ['', ''],
        rows: [
          ['audited acts, alone', `${rate(alone)} a second`],
          ['the same while the tree is appended', `${rate(beside)} a second`],
          ['appending a backlog', `${Math.round(appended).toLocaleString('en')} leaves a second`],
          ['inclusion proof', `${proofs.inclusion.toFixed(2)} ms, ${proofs.inclusionHashes} hashes`],
          ['consistency proof', `${proofs.consistency.toFixed(2)} ms, ${proofs.consistencyHashes} hashes`],
          ['`ostiary audit verify`', `${((verifyingMilliseconds / leaves) * 1000).toFixed(0)} µs an event`],
        ],
      },
    ],
    notes: [
      `An act is a transaction with one event, ${CONCURRENCY} at a time, ${UNITS.toLocaleString('en')} in a turn; with and without a keeper that appends meanwhile, in turns, so the ratio is what appending costs an act that costs nothing else. A login costs a password hash, some hundred times as much; a refresh is not audited.`,
    ],
    figures: { alone, beside, appended, proofs, verifyingMilliseconds, leaves },
  }
}

async function measureActs(database: Database): Promise<{ readonly alone: number[]; readonly beside: number[] }> {
  const alone: number[] = []
  const beside: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    alone.push((UNITS / (await time(() => record(database, UNITS)))) * 1000)
    const keeper = newKeeper(database)
    await keeper.appendAll()
    await keeper.start()
    beside.push((UNITS / (await time(() => record(database, UNITS)))) * 1000)
    await keeper.stop()
  }
  return { alone, beside }
}

async function measureAppending(database: Database, size: number): Promise<number> {
  await record(database, size)
  return (size / (await time(() => newKeeper(database).appendAll()))) * 1000
}

async function measureProofs(database: Database) {
  const { size } = await selectHead(database.read)
  const [inclusions, consistencies]: [number[], number[]] = [[], []]
  let [inclusionHashes, consistencyHashes] = [0, 0]
  for (let turn = 0; turn < 300; turn += 1) {
    const at = randomInt(1, size)
    inclusions.push(
      await time(async () => {
        inclusionHashes = (await proveInclusion(database.read, at, size))?.length ?? 0
      }),
    )
    consistencies.push(
      await time(async () => {
        consistencyHashes = (await proveConsistency(database.read, at, size))?.length ?? 0
      }),
    )
  }
  return { inclusion: median(inclusions), consistency: median(consistencies), inclusionHashes, consistencyHashes }
}

async function record(database: Database, count: number): Promise<void> {
  let left = count
  const work = async () => {
    while (left-- > 0)
      await database.write((tx) =>
        recordAuditEvent(tx, {
          ...{ act: 'login.succeeded', actor: 'account:acc_1', outcome: 'done', accountId: 'acc_1', clientId: 'web' },
          ...{ network: '203.0.113.7', incidentId: 'pS1mB7uYc0d0xG5kq3Hf1A', detail: { method: 'pwd' } },
        }),
      )
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, work))
}

function newKeeper(database: Database): AuditTreeKeeper {
  return new AuditTreeKeeper({ database, auditSigner: signer, log })
}

async function time(act: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await act()
  return performance.now() - startedAt
}

function rate(rates: readonly number[]): string {
  return Math.round(median(rates)).toLocaleString('en')
}
