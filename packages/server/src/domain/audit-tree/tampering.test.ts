import { generateKeyPairSync } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import type { Database, Queries } from '../../platform/database/database.ts'
import { appendLeaves, rootOfPeaks } from '../../platform/merkle-tree/peaks.ts'
import { randomSecret } from '../../platform/random/random.ts'
import { createSealer } from '../../platform/sealing/sealing.ts'
import { renderCheckpoint } from '../../platform/signed-note/checkpoint.ts'
import { type NoteSigner, signNote } from '../../platform/signed-note/signed-note.ts'
import type { AuditDetail } from '../audit/audit-event.ts'
import { blankSomeEvents } from '../audit/blank-some-events.ts'
import { commitPrivatePart, hashEvent } from '../audit/event-leaf.ts'
import { listAuditEvents } from '../audit/list-audit-events.ts'
import { findSealedEvents } from '../audit/pending-events.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { migrations } from '../schema/migrations.ts'
import { ensureAuditKey } from './audit-key.ts'
import { AuditTreeKeeper } from './audit-tree-keeper.ts'
import {
  insertLeaves,
  insertSubtrees,
  STORED_LEVELS,
  selectHead,
  selectLeaves,
  type TreeHead,
  updateHead,
} from './audit-tree-store.ts'
import { type HeldCheckpoint, type VerifiedAuditLog, verifyAuditLog } from './verify-audit-log.ts'

type Row = {
  id: string
  at: number
  act: string
  actor: string
  outcome: string
  account_id: string | null
  session_id: string | null
  client_id: string | null
  network: string | null
  incident_id: string | null
  detail: string
  salt: string | null
  commitment: string
}
type Tables = {
  audit_event: Row
  audit_pending: { event_id: string }
  audit_leaf: { leaf_index: number; event_id: string; hash: string }
  audit_subtree: { level: number; position: number; hash: string }
  audit_head: { size: number; peaks: string; checkpoint: string; forgotten_size: number }
}

const COUNT = 40
const AT = 17

forEachDatabase('an audit log that somebody with the whole database has changed', ({ open }) => {
  interface Scene {
    readonly database: Database
    readonly signer: NoteSigner
    readonly keeper: AuditTreeKeeper
    readonly newKeeper: () => AuditTreeKeeper
    verify(...held: HeldCheckpoint[]): Promise<VerifiedAuditLog>
    tamper(act: (tables: ReturnType<Queries['withTables']> & Queries) => Promise<unknown>): Promise<void>
    idAt(index: number): Promise<string>
  }

  async function start(): Promise<Scene> {
    const database = await open({ migrations })
    const signer = await ensureAuditKey(database, createSealer([randomSecret()]), 'https://login.example.com')
    const newKeeper = () => new AuditTreeKeeper({ database, auditSigner: signer, log: { warn() {}, error() {} } })
    const keeper = newKeeper()
    for (let index = 1; index < COUNT; index += 1)
      await database.write((tx) =>
        recordAuditEvent(tx, {
          ...{
            act: 'login.succeeded',
            actor: 'account:ada',
            outcome: 'done',
            accountId: 'ada',
            sessionId: `s${index}`,
          },
          ...{ clientId: 'web', network: '203.0.113.7', incidentId: `i${index}`, detail: { index } },
        }),
      )
    await keeper.appendAll()
    return {
      ...{ database, signer, keeper, newKeeper },
      verify: (...held) => verifyAuditLog({ sql: database.read, verifier: signer, held }),
      async tamper(act) {
        await database.write(async (tx) => void (await act(tx.sql as never)))
      },
      async idAt(index) {
        const [leaf] = await selectLeaves(database.read, { from: index, to: index + 1, most: 1 })
        return leaf?.eventId ?? ''
      },
    }
  }

  const tables = (sql: Queries) => sql.withTables<Tables>()

  test('as it was left it is whole', async () => {
    const { verify } = await start()
    expect(await verify()).toMatchObject({ size: COUNT, pending: 0, findings: [], findingCount: 0 })
  })

  const columns: readonly (readonly [keyof Row, string | number | null])[] = [
    ['at', 1_700_000_000_001],
    ['act', 'login.refused'],
    ['actor', 'account:eve'],
    ['outcome', 'refused'],
    ['account_id', 'eve'],
    ['account_id', null],
    ['session_id', 'another'],
    ['client_id', null],
    ['network', '198.51.100.1'],
    ['network', null],
    ['incident_id', 'another'],
    ['detail', '{}'],
    ['salt', 'AAAAAAAAAAAAAAAAAAAAAA'],
    ['commitment', 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'],
  ]

  test('any column altered: the event is named, with its index', async () => {
    const { database, verify, idAt } = await start()
    const id = await idAt(AT)
    const [before] = await tables(database.read).selectFrom('audit_event').selectAll().where('id', '=', id).execute()
    for (const [column, value] of columns) {
      const set = (to: Partial<Row>) =>
        database.write((tx) => tables(tx.sql).updateTable('audit_event').set(to).where('id', '=', id).execute())
      await set({ [column]: value })
      const { findings } = await verify()
      expect(findings, column).toEqual([expect.objectContaining({ kind: 'altered', index: AT, eventId: id })])
      await set({ [column]: before?.[column] as string })
    }
    expect((await verify()).findings).toEqual([])
  })

  test('an event removed, one added beside the server, two swapped: each is named', async () => {
    const { database, verify, idAt } = await start()
    const [id, other] = [await idAt(AT), await idAt(AT + 1)]
    const read = async (which: string) =>
      tables(database.read).selectFrom('audit_event').selectAll().where('id', '=', which).executeTakeFirstOrThrow()
    const [row, otherRow] = [await read(id), await read(other)]
    const remove = (which: string) =>
      database.write((tx) => tables(tx.sql).deleteFrom('audit_event').where('id', '=', which).execute())
    const insert = (rows: Row) =>
      database.write((tx) => tables(tx.sql).insertInto('audit_event').values(rows).execute())
    await remove(id)
    expect((await verify()).findings).toEqual([
      { kind: 'removed', index: AT, eventId: id, sentence: `The event ${id} at index ${AT} was removed.` },
    ])
    await insert({ ...row, id: 'forged' })
    const kinds = (await verify()).findings.map(({ kind, eventId }) => `${kind} ${eventId}`)
    expect(kinds).toEqual([`removed ${id}`, 'added_outside forged'])
    await remove('forged')
    await remove(other)
    await insert({ ...row, id: other })
    await insert({ ...otherRow, id })
    expect((await verify()).findings.map(({ kind, index }) => [kind, index])).toEqual([
      ['altered', AT],
      ['altered', AT + 1],
    ])
  })

  test('an event added with a leaf that no head counts, or with one more that waits to balance the count, is named', async () => {
    const { verify, tamper, database, idAt } = await start()
    const row = await tables(database.read)
      .selectFrom('audit_event')
      .selectAll()
      .where('id', '=', await idAt(AT))
      .executeTakeFirstOrThrow()
    await tamper((sql) =>
      tables(sql)
        .insertInto('audit_event')
        .values({ ...row, id: 'forged' })
        .execute(),
    )
    await tamper((sql) => tables(sql).insertInto('audit_pending').values({ event_id: 'nobody' }).execute())
    const outside = expect.objectContaining({ kind: 'added_outside', eventId: 'forged' })
    expect((await verify()).findings).toEqual([outside])
    await tamper((sql) => tables(sql).deleteFrom('audit_pending').execute())
    const leaf = { leaf_index: 1_000_000, event_id: 'forged', hash: 'AAAA' }
    await tamper((sql) => tables(sql).insertInto('audit_leaf').values(leaf).execute())
    const added = expect.objectContaining({ kind: 'leaf_added', index: 1_000_000, eventId: 'forged' })
    expect((await verify()).findings).toEqual([added, outside])
  })

  test('an event that waits again though it has a leaf, a subtree where the next one comes: the log goes on', async () => {
    const { database, keeper, verify, tamper, idAt } = await start()
    const id = await idAt(AT)
    await tamper((sql) => tables(sql).insertInto('audit_pending').values({ event_id: id }).execute())
    await tamper((sql) =>
      tables(sql).insertInto('audit_subtree').values({ level: 4, position: 2, hash: 'AAAA' }).execute(),
    )
    for (let count = 0; count < 10; count += 1)
      await database.write((tx) =>
        recordAuditEvent(tx, { act: 'login.refused', actor: 'anonymous', outcome: 'refused' }),
      )
    await keeper.appendAll()
    expect(await verify()).toMatchObject({ size: COUNT + 10, pending: 0, findings: [] })
  })

  test('a leaf in the place of the next one: the server refuses to go on, and says so', async () => {
    const { database, keeper, tamper } = await start()
    const leaf = { leaf_index: COUNT, event_id: 'forged', hash: 'AAAA' }
    await tamper((sql) => tables(sql).insertInto('audit_leaf').values(leaf).execute())
    await database.write((tx) => recordAuditEvent(tx, { act: 'login.refused', actor: 'anonymous', outcome: 'refused' }))
    await keeper.appendAll()
    expect(keeper.state()).toMatchObject({ isRefusing: true, alarms: [{ contradiction: 'forked' }] })
  })

  const unreadable: readonly Partial<Row>[] = [
    { detail: 'no JSON' },
    { detail: 'null' },
    { at: 9_000_000_000_000_000 },
    { at: 9_000_000_000_000_000_000 },
  ]

  test.each(unreadable)('what can’t be read (%o) is a finding, and stops nothing', async (set) => {
    const { database, keeper, verify, tamper, idAt } = await start()
    const id = await idAt(AT)
    await tamper((sql) => tables(sql).updateTable('audit_event').set(set).where('id', '=', id).execute())
    expect((await verify()).findings).toEqual([expect.objectContaining({ kind: 'altered', index: AT, eventId: id })])
    await database.write((tx) => recordAuditEvent(tx, { act: 'login.refused', actor: 'anonymous', outcome: 'refused' }))
    await tamper((sql) => tables(sql).updateTable('audit_event').set(set).where('act', '=', 'login.refused').execute())
    await keeper.appendAll()
    expect(await verify()).toMatchObject({ size: COUNT + 1, pending: 0 })
  })

  test('particulars erased of an account that was not deleted; of one that was, that is as it should be', async () => {
    const { database, keeper, verify, idAt } = await start()
    await database.write((tx) => blankSomeEvents(tx, 'ada', 0))
    const found = await verify()
    expect(found.erased).toBe(COUNT - 1)
    expect(found.findings).toEqual([expect.objectContaining({ kind: 'erased', index: 1 })])
    await database.write((tx) =>
      recordAuditEvent(tx, { act: 'account.deleted', actor: 'system', outcome: 'done', accountId: 'ada' }),
    )
    await keeper.appendAll()
    expect(await verify()).toMatchObject({ erased: COUNT - 1, findings: [] })
    // Erased is nothing at all: other particulars in their place are none that were committed to.
    const id = await idAt(AT)
    for (const set of [{ network: '198.51.100.1' }, { network: null, detail: '{"index":"forged"}' }]) {
      await database.write((tx) => tables(tx.sql).updateTable('audit_event').set(set).where('id', '=', id).execute())
      expect((await verify()).findings).toEqual([expect.objectContaining({ kind: 'altered', index: AT })])
    }
  })

  test('a leaf or a subtree altered or removed is named', async () => {
    const { database, verify, tamper } = await start()
    await tamper((sql) =>
      tables(sql).updateTable('audit_subtree').set({ hash: 'AAAA' }).where('position', '=', 1).execute(),
    )
    expect((await verify()).findings).toEqual([expect.objectContaining({ kind: 'subtree_altered', index: 16 })])
    await tamper((sql) => tables(sql).deleteFrom('audit_subtree').where('position', '=', 1).execute())
    expect((await verify()).findings).toEqual([expect.objectContaining({ kind: 'subtree_altered', index: 16 })])
    await tamper((sql) => tables(sql).deleteFrom('audit_leaf').where('leaf_index', '=', AT).execute())
    const { findings } = await verify()
    expect(findings[0]).toMatchObject({ kind: 'leaf_removed', index: AT })
    expect((await selectHead(database.read)).size).toBe(COUNT)
  })

  /** Whoever has the database, but not the secret: makes all hashes anew over what stands there, and signs with a key of their own. */
  async function rewriteTree(sql: Queries, signer: NoteSigner, size: number): Promise<void> {
    const leaves = await selectLeaves(sql, { from: 0, to: size, most: size })
    const events = await findSealedEvents(
      sql,
      leaves.map(({ eventId }) => eventId),
    )
    const rewritten = leaves.map((leaf) => {
      const event = events.get(leaf.eventId)
      return { ...leaf, hash: event ? hashEvent(event) : leaf.hash }
    })
    await tables(sql).deleteFrom('audit_leaf').execute()
    await tables(sql).deleteFrom('audit_subtree').execute()
    await insertLeaves(sql, rewritten)
    const { peaks, completed } = appendLeaves(
      0,
      [],
      rewritten.map(({ hash }) => hash),
    )
    await insertSubtrees(
      sql,
      completed.filter(({ level }) => level % STORED_LEVELS === 0),
    )
    const forger = { name: signer.name, ...generateKeyPairSync('ed25519') }
    const note = signNote(renderCheckpoint({ origin: signer.name, size, root: rootOfPeaks(peaks) }), forger)
    await updateHead(sql, { size, peaks, checkpoint: note })
  }

  async function alterEvent(sql: Queries, id: string): Promise<void> {
    const [event] = [...(await findSealedEvents(sql, [id])).values()]
    if (!event) throw new Error('there is no event')
    const detail: AuditDetail = { index: 'forged' }
    const commitment = commitPrivatePart({ ...event, detail }, event.salt ?? '')
    await tables(sql)
      .updateTable('audit_event')
      .set({ detail: JSON.stringify(detail), commitment, actor: 'account:eve' })
      .where('id', '=', id)
      .execute()
  }

  test('an event altered and every hash made anew: without the key the head can’t be signed, and no server goes on', async () => {
    const { database, signer, keeper, newKeeper, verify, tamper, idAt } = await start()
    const before = keeper.state().checkpoint ?? ''
    const id = await idAt(AT)
    await tamper(async (sql) => {
      await alterEvent(sql, id)
      await rewriteTree(sql, signer, COUNT)
    })
    expect((await verify()).findings.map(({ kind }) => kind)).toEqual(['unsigned'])
    const kinds = (await verify({ holder: 'a file', note: before })).findings.map(({ kind }) => kind)
    expect(kinds).toEqual(['unsigned', 'forked'])
    // Neither the server that remembers nor one that is started afterwards.
    for (const one of [keeper, newKeeper()]) {
      await database.write((tx) =>
        recordAuditEvent(tx, { act: 'login.refused', actor: 'anonymous', outcome: 'refused' }),
      )
      await one.appendAll()
      expect(one.state().isRefusing).toBe(true)
      expect((await selectHead(database.read)).size).toBe(COUNT)
    }
    expect(keeper.state().alarms).toEqual([expect.objectContaining({ contradiction: 'forked', checkpoint: before })])
    expect(await listAuditEvents(database.read, { act: 'audit.broken', limit: 5 })).toHaveLength(2)
  })

  test('an event altered and its leaf with it, the head left as it was signed: the root tells', async () => {
    const { verify, tamper, idAt } = await start()
    const id = await idAt(AT)
    await tamper(async (sql) => {
      const head = await selectHead(sql)
      await alterEvent(sql, id)
      await rewriteTree(sql, { name: 'x', ...generateKeyPairSync('ed25519') }, COUNT)
      await updateHead(sql, head)
    })
    expect((await verify()).findings.map(({ kind }) => kind)).toEqual(['forked'])
  })

  /** What a backup would bring back. */
  async function rollBack(sql: Queries, to: TreeHead): Promise<void> {
    const gone = await tables(sql)
      .selectFrom('audit_leaf')
      .select('event_id')
      .where('leaf_index', '>=', to.size)
      .execute()
    await tables(sql)
      .deleteFrom('audit_event')
      .where(
        'id',
        'in',
        gone.map(({ event_id }) => event_id),
      )
      .execute()
    await tables(sql).deleteFrom('audit_leaf').where('leaf_index', '>=', to.size).execute()
    for (const level of [4, 8])
      await tables(sql)
        .deleteFrom('audit_subtree')
        .where('level', '=', level)
        .where('position', '>=', Math.floor(to.size / 2 ** level))
        .execute()
    await updateHead(sql, to)
  }

  test('the newest events cut off, down to what the key once signed: only a memory elsewhere tells, and it does', async () => {
    const { database, keeper, newKeeper, verify, tamper } = await start()
    const head = await selectHead(database.read)
    await database.write((tx) => recordAuditEvent(tx, { act: 'client.created', actor: 'account:eve', outcome: 'done' }))
    await keeper.appendAll()
    const held = { holder: 'the guard orders-1', note: keeper.state().checkpoint ?? '' }
    await tamper((sql) => rollBack(sql, head))
    // What the database says of itself is whole: docs/reference/audit-log.md, "What is not detected".
    expect((await verify()).findings).toEqual([])
    const { findings } = await verify(held)
    expect(findings).toEqual([expect.objectContaining({ kind: 'cut_off' })])
    expect(findings[0]?.sentence).toContain('the guard orders-1')
    await keeper.look()
    expect(keeper.state()).toMatchObject({ isRefusing: true, size: COUNT + 1, checkpoint: held.note })
    // One that was started afterwards goes on, with another event in that place: then it is a fork.
    const later = newKeeper()
    await later.appendAll()
    expect(later.state()).toMatchObject({ isRefusing: false, size: COUNT + 1 })
    expect((await verify(held)).findings).toEqual([expect.objectContaining({ kind: 'forked' })])
    expect(await later.examine(held.note, 'orders-1')).toBe('forked')
    expect(await later.examine(held.note, 'orders-1')).toBe('forked')
    expect(await later.examine('no note', 'orders-1')).toBeUndefined()
    // An alarm of this process too, once; the event that the server which remembered has left is left once for all.
    expect(later.state().alarms).toMatchObject([{ contradiction: 'forked', seenBy: 'orders-1' }])
    expect(await listAuditEvents(database.read, { act: 'audit.broken', limit: 5 })).toHaveLength(1)
  })

  test('a loop that runs sees a rollback by itself, within a second', async () => {
    const { database, keeper, tamper } = await start()
    const head = await selectHead(database.read)
    await database.write((tx) => recordAuditEvent(tx, { act: 'client.created', actor: 'account:eve', outcome: 'done' }))
    await keeper.start()
    await tamper((sql) => rollBack(sql, head))
    const tamperedAt = performance.now()
    while (!keeper.state().isRefusing) await sleep(5)
    expect(performance.now() - tamperedAt).toBeLessThan(1000)
    await keeper.stop()
  })

  test('a checkpoint of another log is no evidence', async () => {
    const { verify } = await start()
    const forger = { name: 'login.example.com/audit', ...generateKeyPairSync('ed25519') }
    const note = signNote(renderCheckpoint({ origin: forger.name, size: 1, root: Buffer.alloc(32) }), forger)
    const { findings } = await verify({ holder: 'a file', note })
    expect(findings).toEqual([expect.objectContaining({ kind: 'not_ours' })])
  })
})
