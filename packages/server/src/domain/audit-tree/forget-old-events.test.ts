import { expect, test } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import type { Queries } from '../../platform/database/database.ts'
import { randomSecret } from '../../platform/random/random.ts'
import { createSealer } from '../../platform/sealing/sealing.ts'
import { listAuditEvents } from '../audit/list-audit-events.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { migrations } from '../schema/migrations.ts'
import { ensureAuditKey } from './audit-key.ts'
import { AuditTreeKeeper } from './audit-tree-keeper.ts'
import { selectLeaves } from './audit-tree-store.ts'
import { forgetOldEvents } from './forget-old-events.ts'
import { verifyAuditLog } from './verify-audit-log.ts'

type Tables = {
  audit_event: { id: string; at: number }
  audit_leaf: { leaf_index: number; event_id: string; hash: string }
  audit_head: { forgotten_size: number }
}

/** Indexes of an old event, and of one that must stay. */
const [OLD, NEW] = [5, 25]

forEachDatabase('retention, and somebody with the whole database who would hide a removal behind it', ({ open }) => {
  async function start() {
    let now = 1_700_000_000_000
    const database = await open({ migrations, clock: { now: () => now } })
    const signer = await ensureAuditKey(database, createSealer([randomSecret()]), 'https://login.example.com')
    const keeper = new AuditTreeKeeper({ database, auditSigner: signer, log: { warn() {}, error() {} } })
    const record = async (count: number) => {
      for (let index = 0; index < count; index += 1)
        await database.write((tx) =>
          recordAuditEvent(tx, { act: 'login.refused', actor: 'anonymous', outcome: 'refused' }),
        )
      await keeper.appendAll()
    }
    await record(20)
    now += 10_000
    await record(20)
    return {
      database,
      tamper: (act: (sql: ReturnType<typeof tables>) => Promise<unknown>) =>
        database.write(async (tx) => void (await act(tables(tx.sql)))),
      async removeEvents(from: number, to: number) {
        const ids = (await selectLeaves(database.read, { from, to, most: 100 })).map(({ eventId }) => eventId)
        await database.write((tx) => tables(tx.sql).deleteFrom('audit_event').where('id', 'in', ids).execute())
      },
      async forget() {
        await forgetOldEvents(database, now - 5000, signer)
        await keeper.appendAll()
      },
      appendAll: () => keeper.appendAll(),
      verify: () => verifyAuditLog({ sql: database.read, verifier: signer, held: [] }),
      listOf: (act: 'audit.forgotten' | 'audit.event_missing') => listAuditEvents(database.read, { act, limit: 50 }),
    }
  }

  const tables = (sql: Queries) => sql.withTables<Tables>()
  const removed = (index: number) => expect.objectContaining({ kind: 'removed', index })

  test('an event that must stay, removed where retention comes to next, is not excused', async () => {
    const { removeEvents, forget, verify } = await start()
    await removeEvents(21, 22)
    await forget()
    expect((await verify()).findings).toEqual([removed(21)])
    await forget()
    expect((await verify()).findings).toEqual([removed(21)])
  })

  test('the mark of how far was forgotten set beyond what was removed excuses nothing', async () => {
    const { tamper, removeEvents, forget, verify, listOf } = await start()
    await removeEvents(NEW, NEW + 1)
    await tamper((sql) => sql.updateTable('audit_head').set({ forgotten_size: NEW }).execute())
    await forget()
    expect(await listOf('audit.forgotten')).toEqual([])
    expect((await verify()).findings).toEqual([removed(NEW)])
  })

  test('nor with the row of an old leaf in the place of a newer one', async () => {
    const { database, tamper, removeEvents, forget, verify } = await start()
    const [[old], [young]] = [
      await selectLeaves(database.read, { from: OLD, to: OLD + 1, most: 1 }),
      await selectLeaves(database.read, { from: NEW, to: NEW + 1, most: 1 }),
    ]
    const put = (index: number, leaf: typeof old) =>
      tamper(async (sql) => {
        await sql.deleteFrom('audit_leaf').where('leaf_index', '=', index).execute()
        const hash = Buffer.from(leaf?.hash ?? []).toString('base64')
        await sql
          .insertInto('audit_leaf')
          .values({ leaf_index: index, event_id: leaf?.eventId ?? '', hash })
          .execute()
      })
    await removeEvents(NEW, NEW + 1)
    await tamper((sql) => sql.deleteFrom('audit_leaf').where('leaf_index', '=', OLD).execute())
    await put(NEW, old)
    await tamper((sql) => sql.updateTable('audit_head').set({ forgotten_size: NEW }).execute())
    await forget()
    await put(NEW, young)
    await put(OLD, old)
    expect((await verify()).findings).toEqual([removed(NEW)])
  })

  test('an `audit.forgotten` that the server did not write gets a leaf, and excuses nothing', async () => {
    const { database, removeEvents, appendAll, verify } = await start()
    await removeEvents(NEW, NEW + 1)
    const detail = { before_index: 40, before_time: '2026-01-01T00:00:00.000Z' }
    for (const forged of [detail, { ...detail, statement: 'x\nforgotten\n40\n2026-01-01T00:00:00.000Z\n\n' }])
      await database.write((tx) =>
        recordAuditEvent(tx, { act: 'audit.forgotten', actor: 'system', outcome: 'done', detail: forged }),
      )
    await appendAll()
    expect((await verify()).findings).toEqual([removed(NEW)])
  })

  test('an old event that was gone before its time stays known', async () => {
    const { database, removeEvents, forget, verify, listOf } = await start()
    const [leaf] = await selectLeaves(database.read, { from: OLD, to: OLD + 1, most: 1 })
    await removeEvents(OLD, OLD + 1)
    await forget()
    expect((await listOf('audit.event_missing')).map(({ detail }) => detail)).toEqual([
      { event_id: leaf?.eventId, index: OLD },
    ])
    expect((await verify()).findings).toEqual([])
  })
})
