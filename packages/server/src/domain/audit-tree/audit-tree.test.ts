import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import type { Database } from '../../platform/database/database.ts'
import { randomSecret } from '../../platform/random/random.ts'
import { createSealer } from '../../platform/sealing/sealing.ts'
import { parseCheckpoint } from '../../platform/signed-note/checkpoint.ts'
import { type NoteSigner, openNote } from '../../platform/signed-note/signed-note.ts'
import type { AuditEntry } from '../audit/audit-event.ts'
import { listAuditEvents } from '../audit/list-audit-events.ts'
import { countAuditEvents } from '../audit/pending-events.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { migrations } from '../schema/migrations.ts'
import { ensureAuditKey } from './audit-key.ts'
import { AuditTreeKeeper } from './audit-tree-keeper.ts'
import { selectHead } from './audit-tree-store.ts'
import { forgetOldEvents } from './forget-old-events.ts'
import { parseProofBundle, refuteProofBundle } from './proof-bundle.ts'
import { proveConsistency, proveEvent, proveInclusion } from './prove-tree.ts'
import { MissingNodeError } from './read-tree-nodes.ts'
import { verifyAuditLog } from './verify-audit-log.ts'

const secret = randomSecret()
const entry: AuditEntry = {
  act: 'login.succeeded',
  actor: 'account:ada',
  outcome: 'done',
  accountId: 'ada',
  network: '203.0.113.7',
  detail: { method: 'pwd', amount: 1.5, names: ['ä', 'b'] },
}

interface Scene {
  readonly database: Database
  readonly signer: NoteSigner
  readonly keeper: AuditTreeKeeper
  readonly errors: string[]
  readonly newKeeper: () => AuditTreeKeeper
  record(count: number): Promise<void>
}

forEachDatabase('the audit tree', ({ open, createUrl }) => {
  async function start(options: { readonly now?: () => number; readonly url?: string } = {}): Promise<Scene> {
    const database = await open({
      migrations,
      ...(options.now && { clock: { now: options.now } }),
      ...(options.url !== undefined && { url: options.url }),
    })
    const signer = await ensureAuditKey(database, createSealer([secret]), 'https://login.example.com/tenant')
    const errors: string[] = []
    const log = { warn: () => {}, error: (_: object, message: string) => void errors.push(message) }
    const newKeeper = () => new AuditTreeKeeper({ database, auditSigner: signer, log })
    const record = async (count: number) => {
      await Promise.all(Array.from({ length: count }, () => database.write((tx) => recordAuditEvent(tx, entry))))
    }
    return { database, signer, keeper: newKeeper(), errors, newKeeper, record }
  }

  test('every event becomes a leaf, whatever the batches, and each is proved to who has no database', async () => {
    const { database, signer, keeper, record } = await start()
    const sizes: number[] = []
    for (const count of [1, 2, 30, 700]) {
      await record(count)
      await keeper.appendAll()
      sizes.push((await selectHead(database.read)).size)
    }
    // The first event is that of the key.
    expect(sizes).toEqual([2, 4, 34, 734])
    expect(await countAuditEvents(database.read)).toEqual({ all: 734, pending: 0 })
    const events = await listAuditEvents(database.read, { limit: 1000 })
    for (const { id } of events.filter((_, index) => index % 50 === 0)) {
      const bundle = parseProofBundle(JSON.stringify(await proveEvent(database.read, id, signer)))
      if (!bundle) throw new Error('there is no proof')
      expect(refuteProofBundle(bundle, signer)).toBeUndefined()
      const spoilt = [
        { ...bundle, index: bundle.index + 1 },
        { ...bundle, public: { ...bundle.public, actor: 'account:eve' } },
        { ...bundle, private: { ...bundle.private, network: '203.0.113.8' } },
        { ...bundle, checkpoint: bundle.checkpoint.replace('\n734\n', '\n735\n') },
        { ...bundle, inclusion: bundle.inclusion.slice(1) },
      ]
      expect(spoilt.map((one) => refuteProofBundle(one, signer)).filter((why) => why === undefined)).toEqual([])
      // Erased, it still proves what is public.
      expect(refuteProofBundle({ ...bundle, private: null, salt: null }, signer)).toBeUndefined()
    }
    const verified = await verifyAuditLog({ sql: database.read, verifier: signer, held: [] })
    expect(verified).toMatchObject({ size: 734, pending: 0, forgotten: 0, erased: 0, findings: [] })
  })

  test('the checkpoint is a signed note with the issuer’s host and path as its origin', async () => {
    const { signer, keeper } = await start()
    await keeper.appendAll()
    const { checkpoint = '' } = keeper.state()
    expect(signer.name).toBe('login.example.com/tenant/audit')
    expect(openNote(checkpoint, signer)).toMatch(/^login\.example\.com\/tenant\/audit\n1\n[A-Za-z0-9+/]{43}=\n$/)
    expect(parseCheckpoint(checkpoint)?.size).toBe(1)
  })

  test('the key is made once, is opened by a replaced secret, and not by another one', async () => {
    const database = await open({ migrations })
    const issuer = 'https://login.example.com'
    const keys = await Promise.all(
      Array.from({ length: 8 }, () => ensureAuditKey(database, createSealer([secret]), issuer)),
    )
    const exported = keys.map(({ publicKey }) => publicKey.export({ format: 'jwk' }).x)
    expect(new Set(exported).size).toBe(1)
    expect(await listAuditEvents(database.read, { act: 'audit_key.created', limit: 9 })).toHaveLength(1)
    const replaced = await ensureAuditKey(database, createSealer([randomSecret(), secret]), 'https://new.example.com')
    expect(replaced.publicKey.export({ format: 'jwk' }).x).toBe(exported[0])
    expect(replaced.name).toBe('login.example.com/audit')
    await expect(ensureAuditKey(database, createSealer([randomSecret()]), issuer)).rejects.toThrow('OSTIARY_SECRET')
  })

  test('several keepers at once append every event once', async () => {
    const { database, signer, newKeeper, record } = await start()
    const keepers = Array.from({ length: 4 }, newKeeper)
    for (const keeper of keepers) await keeper.start()
    for (let round = 0; round < 5; round += 1) await record(100)
    while ((await countAuditEvents(database.read)).pending > 0) await sleep(10)
    for (const keeper of keepers) await keeper.stop()
    expect((await selectHead(database.read)).size).toBe(501)
    const verified = await verifyAuditLog({ sql: database.read, verifier: signer, held: [] })
    expect(verified.findings).toEqual([])
    expect(keepers.map((keeper) => keeper.state().isRefusing)).toEqual([false, false, false, false])
  })

  test('a started keeper appends within a second after the commit', async () => {
    const { database, keeper, record } = await start()
    await keeper.start()
    await sleep(50)
    await record(1)
    const committedAt = performance.now()
    while ((await countAuditEvents(database.read)).pending > 0) await sleep(5)
    expect(performance.now() - committedAt).toBeLessThan(1000)
    await keeper.stop()
  })

  test('each size is consistent with each later one, and what has not been reached is not proved', async () => {
    const { database, keeper, record } = await start()
    await record(40)
    await keeper.appendAll()
    for (const [from, to] of [
      [1, 41],
      [16, 33],
      [40, 41],
      [41, 41],
    ] as const)
      expect(await proveConsistency(database.read, from, to)).toBeDefined()
    for (const [from, to] of [
      [0, 41],
      [41, 42],
      [5, 4],
    ] as const)
      expect(await proveConsistency(database.read, from, to)).toBeUndefined()
    for (const [index, size] of [
      [-1, 41],
      [41, 41],
      [0, 42],
    ] as const)
      expect(await proveInclusion(database.read, index, size)).toBeUndefined()
    await database.write((tx) =>
      tx.sql
        .withTables<{ audit_leaf: { leaf_index: number } }>()
        .deleteFrom('audit_leaf')
        .where('leaf_index', '=', 2)
        .execute(),
    )
    await expect(proveInclusion(database.read, 3, 4)).rejects.toThrow(MissingNodeError)
  })

  test('an event that was taken away before it became a leaf leaves an event that says so', async () => {
    const { database, signer, keeper } = await start()
    await keeper.appendAll()
    await database.write((tx) => recordAuditEvent(tx, entry))
    const [{ id = '' } = {}] = await listAuditEvents(database.read, { act: entry.act, limit: 1 })
    await database.write((tx) =>
      tx.sql.withTables<{ audit_event: { id: string } }>().deleteFrom('audit_event').where('id', '=', id).execute(),
    )
    await keeper.appendAll()
    const [missing] = await listAuditEvents(database.read, { act: 'audit.event_missing', limit: 1 })
    expect(missing?.detail).toEqual({ event_id: id })
    expect((await verifyAuditLog({ sql: database.read, verifier: signer, held: [] })).findings).toEqual([])
  })

  test('retention deletes old events and keeps their leaves; the log says up to where, and is still whole', async () => {
    let now = 1_700_000_000_000
    const { database, signer, keeper, record } = await start({ now: () => now })
    await record(20)
    await keeper.appendAll()
    now += 10_000
    await record(5)
    await keeper.appendAll()
    const before = keeper.state().checkpoint ?? ''
    await forgetOldEvents(database, now - 5000, signer)
    await keeper.appendAll()
    const [forgotten] = await listAuditEvents(database.read, { act: 'audit.forgotten', limit: 5 })
    expect(forgotten?.detail).toMatchObject({ before_index: 21, before_time: new Date(now - 5000).toISOString() })
    expect(await listAuditEvents(database.read, { limit: 100 })).toHaveLength(6)
    const parts = { sql: database.read, verifier: signer, held: [{ holder: 'a file', note: before }] }
    expect(await verifyAuditLog(parts)).toMatchObject({ size: 27, forgotten: 21, findings: [] })
    await forgetOldEvents(database, now - 5000, signer)
    expect(await listAuditEvents(database.read, { act: 'audit.forgotten', limit: 5 })).toHaveLength(1)
  })

  test('trouble with the database is told when it begins, not at every poll', async () => {
    const { database, signer } = await start()
    const warnings: string[] = []
    const log = { error() {}, warn: (_: object, message: string) => void warnings.push(message) }
    const keeper = new AuditTreeKeeper({ database, auditSigner: signer, log })
    await keeper.start()
    await database.close()
    await sleep(800)
    expect(warnings).toEqual(['the audit log cannot be appended to its tree; it is tried again'])
    await keeper.stop()
  })

  test('a server of another address goes on with the same log', async () => {
    const url = await createUrl()
    const first = await start({ url })
    await first.keeper.appendAll()
    const moved = await ensureAuditKey(first.database, createSealer([secret]), 'https://elsewhere.example.com')
    const keeper = new AuditTreeKeeper({ database: first.database, auditSigner: moved, log: { warn() {}, error() {} } })
    await first.record(1)
    await keeper.appendAll()
    expect(keeper.state()).toMatchObject({ size: 2, isRefusing: false })
  })
})
