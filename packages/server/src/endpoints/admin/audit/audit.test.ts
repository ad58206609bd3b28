import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AdminScene } from '../../../../testing/admin-scene.ts'
import { forEachDatabase } from '../../../../testing/database.ts'
import { withAuditOrigin } from '../../../domain/audit/audit-origin.ts'
import { countAuditEvents } from '../../../domain/audit/pending-events.ts'
import { recordAuditEvent } from '../../../domain/audit/record-audit-event.ts'
import { type ProofBundle, refuteProofBundle } from '../../../domain/audit-tree/proof-bundle.ts'

forEachDatabase('the audit log by the Admin API', ({ createUrl }) => {
  let scene: AdminScene
  let token: string

  beforeAll(async () => {
    scene = await AdminScene.start({ databaseUrl: await createUrl(), config: { logLevel: 'warn' } })
    token = await scene.signInAdmin()
    for (let index = 0; index < 7; index += 1) {
      const entry = { act: 'login.refused', actor: 'anonymous', outcome: 'refused', accountId: 'acc_1' } as const
      await withAuditOrigin({ network: '203.0.113.7', incidentId: `incident-${index}` }, () =>
        scene.database.write((tx) => recordAuditEvent(tx, { ...entry, detail: { index } })),
      )
    }
    while ((await countAuditEvents(scene.database.read)).pending > 0) await sleep(10)
  })
  afterAll(() => scene.server.stop())

  const get = (path: string) => scene.call('GET', `/audit${path}`, { token })

  test('events are listed a page at a time, the latest first, each once, with their place in the tree', async () => {
    const seen: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const page = await get(`/events?account_id=acc_1&limit=3${cursor === '' ? '' : `&cursor=${cursor}`}`)
      expect(page.status).toBe(200)
      for (const event of page.body.items) {
        expect(event).toMatchObject({ act: 'login.refused', network: '203.0.113.7', is_erased: false })
        expect(event.index).toBeGreaterThan(0)
        seen.push(event.incident_id)
      }
      cursor = page.body.next_cursor
    }
    expect(new Set(seen).size).toBe(7)
    expect(seen).toHaveLength(7)
  })

  test('filters by act, actor, outcome, time, and the id of an event or of a request', async () => {
    const now = scene.server.clock.now()
    const count = async (query: string) => (await get(`/events?limit=200&${query}`)).body.items.length
    expect(await count('act=login.refused')).toBe(7)
    expect(await count('act=login.refused&actor=cli')).toBe(0)
    expect(await count('actor=anonymous&outcome=refused')).toBe(7)
    expect(await count(`act=login.refused&from=${new Date(now).toISOString()}`)).toBe(7)
    expect(await count(`act=login.refused&to=${new Date(now).toISOString()}`)).toBe(0)
    expect(await count('q=incident-3')).toBe(1)
    const [{ id }] = (await get('/events?q=incident-3')).body.items
    expect(await count(`q=${id}`)).toBe(1)
    expect((await get(`/events/${id}`)).body).toMatchObject({ id, incident_id: 'incident-3', detail: { index: 3 } })
    for (const wrong of ['limit=0', 'cursor=eA', 'from=yesterday', 'outcome=perhaps', 'unknown=1'])
      expect((await get(`/events?${wrong}`)).status, wrong).toBe(400)
    expect((await get('/events/none')).status).toBe(404)
    expect((await get('/events/none/proof')).status).toBe(404)
  })

  test('an event comes with a proof that stands without the database', async () => {
    const [{ id }] = (await get('/events?q=incident-3')).body.items
    const { status, body } = await get(`/events/${id}/proof`)
    expect(status).toBe(200)
    const { auditSigner } = scene.server.running.installation
    expect(refuteProofBundle(body as ProofBundle, auditSigner)).toBeUndefined()
    expect(body.key).toBe((await get('/state')).body.key)
  })

  test.each([
    ['detail', '{"reason":{"why":1}}'],
    ['detail', '{"roles":[1]}'],
    ['outcome', 'undone'],
    ['at', 9e15],
    ['at', -9e15],
  ])('whoever writes %s = %s into an event hides neither it nor the others', async (column, value) => {
    const [{ id }] = (await get('/events?account_id=acc_1&limit=1')).body.items
    const { read } = scene.database
    const { rows } = await sql<Record<string, unknown>>`SELECT * FROM audit_event WHERE id = ${id}`.execute(read)
    const put = (content: unknown) =>
      scene.database.write((tx) =>
        sql`UPDATE audit_event SET ${sql.ref(column)} = ${content} WHERE id = ${id}`.execute(tx.sql),
      )
    await put(value)
    try {
      const listed = await get('/events?account_id=acc_1')
      expect([listed.status, listed.body.items?.length]).toEqual([200, 7])
      expect((await get(`/events/${id}`)).status).toBe(200)
      expect((await get(`/events/${id}/proof`)).status).toBe(200)
    } finally {
      await put(rows[0]?.[column])
    }
  })

  test('state and verification tell that the log is whole, and once it was changed, what was done to it', async () => {
    const { body } = await get('/state')
    expect(body).toMatchObject({ is_refusing: false, alarms: [], checkpoint: expect.stringContaining('/audit\n') })
    const verify = async () => {
      expect((await scene.call('POST', '/audit/verification', { token })).status).toBe(202)
      await expect.poll(async () => (await get('/verification')).body.state, { interval: 20 }).toBe('done')
      return (await get('/verification')).body
    }
    expect((await get('/verification')).body).toMatchObject({ state: 'none', is_whole: null })
    expect(await verify()).toMatchObject({ is_whole: true, findings: [], finding_count: 0 })
    const [{ id, index }] = (await get('/events?q=incident-5')).body.items
    await scene.database.write((tx) =>
      tx.sql.withTables<{ audit_event: { id: string } }>().deleteFrom('audit_event').where('id', '=', id).execute(),
    )
    expect(await verify()).toMatchObject({
      is_whole: false,
      findings: [`The event ${id} at index ${index} was removed.`],
      finding_count: 1,
    })
  })
})
