import { expect, test } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import { migrations } from '../schema/migrations.ts'
import type { AuditEntry } from './audit-event.ts'
import { setAuditOrigin, withAuditOrigin } from './audit-origin.ts'
import { listAuditEvents } from './list-audit-events.ts'
import { listOwnEvents } from './list-own-events.ts'
import { recordAuditEvent } from './record-audit-event.ts'

const refusal: AuditEntry = {
  act: 'login.refused',
  actor: 'anonymous',
  outcome: 'refused',
  accountId: 'acc_1',
  sessionId: 'session',
  clientId: 'cli_1',
  network: '203.0.113.7',
  detail: { reason: 'wrong_password', roles: ['a', 'b'], count: 3, text: 'NUL \0, lone surrogate \ud800' },
}

forEachDatabase('audit', ({ open }) => {
  test('an event is read back as it was recorded, with the time of its transaction', async () => {
    const database = await open({ migrations, clock: { now: () => 1_700_000_000_000 } })
    await database.write((tx) => recordAuditEvent(tx, refusal))
    await database.write((tx) => recordAuditEvent(tx, { act: 'signing_key.created', actor: 'system', outcome: 'done' }))
    const [event] = await listAuditEvents(database.read, { accountId: 'acc_1', limit: 10 })
    const detail = { ...refusal.detail, text: 'NUL \0, lone surrogate \ufffd' }
    expect(event).toEqual({ ...refusal, detail, at: 1_700_000_000_000, id: expect.stringMatching(/^018bcfe5-6800-7/) })
    const [bare] = await listAuditEvents(database.read, { act: 'signing_key.created', limit: 10 })
    expect(bare).toEqual({
      act: 'signing_key.created',
      actor: 'system',
      outcome: 'done',
      detail: {},
      at: 1_700_000_000_000,
      id: expect.any(String),
    })
  })

  test('the latest come first, filtered and bounded', async () => {
    let now = 1000
    const database = await open({ migrations, clock: { now: () => now } })
    for (const accountId of ['acc_1', 'acc_2', 'acc_1', 'acc_1']) {
      now += 1
      await database.write((tx) => recordAuditEvent(tx, { ...refusal, accountId }))
    }
    const times = async (filter: Parameters<typeof listAuditEvents>[1]): Promise<number[]> =>
      (await listAuditEvents(database.read, filter)).map(({ at }) => at)
    expect(await times({ limit: 10 })).toEqual([1004, 1003, 1002, 1001])
    expect(await times({ accountId: 'acc_1', limit: 2 })).toEqual([1004, 1003])
    expect(await times({ act: 'login.succeeded', limit: 2 })).toEqual([])
  })

  test('an event carries where its request came from, unless its transaction or it says otherwise', async () => {
    const database = await open({ migrations })
    const { network: _, ...unplaced } = refusal
    await withAuditOrigin({ network: '198.51.100.1', incidentId: 'of the request' }, async () => {
      await database.write((tx) => recordAuditEvent(tx, unplaced))
      await database.write((tx) => recordAuditEvent(tx, refusal))
      await database.write(async (tx) => {
        setAuditOrigin(tx, { incidentId: 'of the transaction' })
        await recordAuditEvent(tx, unplaced)
      })
    })
    await database.write((tx) => recordAuditEvent(tx, unplaced))
    const events = await listAuditEvents(database.read, { limit: 10 })
    expect(events.map(({ network, incidentId }) => `${network} ${incidentId}`).sort()).toEqual([
      '198.51.100.1 of the request',
      '203.0.113.7 of the request',
      'undefined of the transaction',
      'undefined undefined',
    ])
  })

  test('a person is not told from which network somebody else acted on their account', async () => {
    const database = await open({ migrations })
    for (const actor of ['account:acc_1', 'anonymous', 'admin:acc_2', 'account:acc_2', 'client:cli_1'] as const)
      await database.write((tx) => recordAuditEvent(tx, { ...refusal, actor }))
    const told = await listOwnEvents(database.read, 'acc_1', { most: 10 })
    expect(told.filter(({ network }) => network !== undefined).map(({ actor }) => actor)).toEqual(
      expect.arrayContaining(['account:acc_1', 'anonymous']),
    )
    expect(told.filter(({ network }) => network === undefined)).toHaveLength(3)
  })

  test('an event of a unit that fails is not there', async () => {
    const database = await open({ migrations })
    const failing = database.write(async (tx) => {
      await recordAuditEvent(tx, refusal)
      throw new Error('the change failed')
    })
    await expect(failing).rejects.toThrow('the change failed')
    expect(await listAuditEvents(database.read, { limit: 10 })).toEqual([])
  })
})
