import { createSecretKey } from 'node:crypto'
import { expect, test } from 'vitest'
import { onSqlite } from '../../../testing/database.ts'
import { addOrganization, addPerson } from '../../../testing/organization-scene.ts'
import { listAuditEvents } from '../audit/list-audit-events.ts'
import { forgetTime } from '../revocations/forget-time.ts'
import { getFeedSequence } from '../revocations/get-feed-sequence.ts'
import { recordRevocations } from '../revocations/record-revocations.ts'
import { migrations } from '../schema/migrations.ts'
import { endSession } from './end-session.ts'
import { findSession } from './find-session.ts'
import { isSessionLive } from './is-session-live.ts'
import { openSession, type SessionGrant } from './open-session.ts'
import { rotateSession, type WantedAccess } from './rotate-session.ts'

const begunAt = 1_790_000_000_000
const day = 86_400_000
const key = { id: 'newest', key: createSecretKey(Buffer.alloc(32)) }
const audience = 'https://api.example.com'
const limits = { idleMilliseconds: 30 * day, absoluteMilliseconds: 40 * day }
const grant: SessionGrant = { audience, scopes: ['orders:read', 'orders:write'], limits, refreshKeyId: 'first' }

onSqlite('rotation', ({ open }) => {
  async function start(given: Partial<SessionGrant> = {}, accountId = 'acc_a') {
    const clock = { moment: begunAt, now: () => clock.moment }
    const database = await open({ migrations, clock })
    const opening = { accountId, clientId: 'cli_a', network: '', userAgent: undefined, methods: ['pwd'] }
    const { id: sessionId } = await database.write((tx) => openSession(tx, opening, { ...grant, ...given }))
    const rotate = (generation: number, wanted?: WantedAccess, id = sessionId) =>
      database.write((tx) => rotateSession(tx, { sessionId: id, generation, clientId: 'cli_a' }, key, wanted))
    const find = async () => (await findSession(database.read, sessionId)) ?? expect.fail('it is gone')
    const audited = async () => {
      const events = await listAuditEvents(database.read, { limit: 100 })
      return events.filter(({ act }) => act !== 'session.opened')
    }
    const revokeAll = (kind: 'c' | 'a' | 'u', moment: number) =>
      database.write(async (tx) => {
        const forgetAt = await forgetTime(tx.sql, tx.now)
        const identifier = kind === 'c' ? 'cli_a' : accountId
        const revocation = kind === 'a' ? { kind, moment, forgetAt } : { kind, identifier, moment, forgetAt }
        await recordRevocations(tx, [revocation as never])
      })
    return { clock, database, sessionId, rotate, find, audited, revokeAll }
  }

  test('the current generation becomes the next one, derived with the newest key, and moves the end on', async () => {
    const { clock, rotate, find, audited, sessionId } = await start()
    const before = await find()
    clock.moment += 5 * day
    const moment = clock.moment
    const rotated = {
      ...before,
      generation: 1,
      rotatedAt: moment,
      usedAt: moment,
      expiresAt: moment + 30 * day,
      refreshKeyId: 'newest',
    }
    expect(await rotate(0)).toEqual({ ok: true, session: rotated, wasRotated: true, moment })
    expect(await find()).toEqual(rotated)
    expect(await rotate(1)).toMatchObject({ ok: true, wasRotated: true, session: { id: sessionId, generation: 2 } })
    expect(await audited()).toEqual([])
  })

  test('the end never moves beyond the absolute one', async () => {
    const { clock, rotate } = await start()
    clock.moment += 20 * day
    expect(await rotate(0)).toMatchObject({ session: { expiresAt: begunAt + 40 * day } })
  })

  test('the one before gives the same successor for 30 seconds, and changes nothing', async () => {
    const { clock, rotate, find, audited } = await start()
    await rotate(0)
    const before = await find()
    clock.moment += 30_000
    expect(await rotate(0)).toEqual({ ok: true, session: before, wasRotated: false, moment: clock.moment })
    expect(await find()).toEqual(before)
    expect(await audited()).toEqual([])
  })

  test('of two that present it at the same moment, one moves the session on, and both get the same successor', async () => {
    const { database, sessionId, find, audited } = await start()
    const presented = { sessionId, generation: 0, clientId: 'cli_a' }
    const both = await database.write((tx) =>
      Promise.all([rotateSession(tx, presented, key), rotateSession(tx, presented, key)]),
    )
    const session = await find()
    expect(session.generation).toBe(1)
    expect(both).toMatchObject([
      { ok: true, session },
      { ok: true, session },
    ])
    expect(both.map((rotation) => rotation.ok && rotation.wasRotated).toSorted()).toEqual([false, true])
    expect(await audited()).toEqual([])
  })

  test.each([
    ['RFC 9700 §4.14.2: the one before, after 30 seconds', 0, 1, 30_001, 'reused', 'session.refresh_reused'],
    ['RFC 9700 §4.14.2: an older one, at once', 0, 2, 0, 'reused', 'session.refresh_reused'],
    ['one that this database never came to', 9, 1, 0, 'history_lost', 'session.history_lost'],
    ['the next one', 2, 1, 0, 'history_lost', 'session.history_lost'],
  ])('%s ends the session everywhere, and is audited', async (_, generation, current, after, reason, act) => {
    const { clock, database, rotate, find, audited, sessionId } = await start()
    for (let at = 0; at < current; at += 1) await rotate(at)
    clock.moment += after
    const sequence = await getFeedSequence(database.read)
    expect(await rotate(generation)).toEqual({ ok: false, reason })
    expect((await find()).endedAt).toBe(clock.moment)
    expect(await getFeedSequence(database.read)).toBe(sequence + 1)
    const who = { accountId: 'acc_a', clientId: 'cli_a', sessionId }
    const events = (await audited()).toSorted((one, other) => one.act.localeCompare(other.act))
    expect(events).toEqual(
      [
        expect.objectContaining({ act: 'session.ended', actor: 'system', outcome: 'done', ...who }),
        expect.objectContaining({
          act,
          actor: 'anonymous',
          outcome: 'refused',
          ...who,
          detail: { presented: generation, current },
        }),
      ].toSorted(() => (act < 'session.ended' ? -1 : 1)),
    )
    expect(await rotate(current)).toEqual({ ok: false, reason: 'session_ended' })
  })

  test('a session that is unknown, has ended or has expired gives nothing', async () => {
    const { clock, database, rotate, find } = await start()
    expect(await rotate(0, {}, 'AAAAAAAAAAAAAAAAAAAAAA')).toEqual({ ok: false, reason: 'session_ended' })
    const { expiresAt } = await find()
    clock.moment = expiresAt
    expect(await rotate(0)).toEqual({ ok: false, reason: 'session_ended' })
    clock.moment = expiresAt - 1
    expect(await rotate(0)).toMatchObject({ ok: true })
    const session = await find()
    await database.write((tx) => endSession(tx, session, 'cli'))
    expect(await rotate(1)).toEqual({ ok: false, reason: 'session_ended' })
    expect(await isSessionLive(database.read, await find(), clock.now())).toBe(false)
  })

  test.each(['c', 'a'] as const)(
    'revoked with all of its client’s or with everything (%s), it gives nothing',
    async (kind) => {
      const { clock, database, rotate, find, revokeAll } = await start()
      await revokeAll(kind, begunAt - 1)
      expect(await isSessionLive(database.read, await find(), clock.now())).toBe(true)
      expect(await rotate(0)).toMatchObject({ ok: true })
      await revokeAll(kind, begunAt)
      expect(await isSessionLive(database.read, await find(), clock.now())).toBe(false)
      expect(await rotate(1)).toEqual({ ok: false, reason: 'session_ended' })
    },
  )

  test('its token begins after whatever was revoked of its account, and never before the session', async () => {
    const { clock, rotate, revokeAll } = await start()
    await revokeAll('u', begunAt + 7_000)
    expect(await rotate(0)).toMatchObject({ ok: true, moment: begunAt + 7_001 })
    clock.moment -= 60_000
    expect(await rotate(1)).toMatchObject({ ok: true, moment: begunAt + 7_001 })
    const other = await start()
    other.clock.moment -= 60_000
    expect(await other.rotate(0)).toMatchObject({ ok: true, moment: begunAt })
  })

  test('RFC 6749 §6, RFC 8707 §2.2: a scope may narrow and never widen, and the target is that of the session', async () => {
    const { rotate, find } = await start()
    const before = await find()
    expect(await rotate(0, { scopes: ['orders:read', 'users:read'] })).toEqual({ ok: false, reason: 'invalid_scope' })
    expect(await rotate(0, { audience: 'https://other.example.com' })).toEqual({ ok: false, reason: 'invalid_target' })
    expect(await find()).toEqual(before)
    expect(await rotate(0, { scopes: ['orders:read'], audience })).toMatchObject({
      ok: true,
      session: { scopes: grant.scopes },
    })
    expect(await rotate(1, { scopes: [] })).toMatchObject({ ok: true })
  })

  test('RFC 9449 §5: bound to a key it asks for that key before all else, audits another, and ends nothing', async () => {
    const { rotate, find, audited, sessionId } = await start({ dpopJkt: 'a thumbprint' })
    await rotate(0, { jkt: 'a thumbprint' })
    await rotate(1, { jkt: 'a thumbprint' })
    const before = await find()
    for (const wanted of [{}, { jkt: 'another' }, { jkt: 'another', scopes: ['x'] }])
      expect(await rotate(0, wanted)).toEqual({ ok: false, reason: 'foreign_key' })
    expect(await find()).toEqual(before)
    const entry = {
      act: 'session.foreign_key',
      actor: 'anonymous',
      outcome: 'refused',
      accountId: 'acc_a',
      clientId: 'cli_a',
      sessionId,
    }
    expect(await audited()).toEqual([entry, entry, entry].map((each) => expect.objectContaining(each)))
    expect(await rotate(2, { jkt: 'a thumbprint' })).toMatchObject({ ok: true })
  })

  test('bound to none it takes a proof of any key', async () => {
    const { rotate } = await start()
    expect(await rotate(0, { jkt: 'a thumbprint' })).toMatchObject({ ok: true })
  })

  test('it acts for an organization that its person belongs to, once it may, and that is audited', async () => {
    const { database, rotate, find, audited, sessionId } = await start()
    const accountId = await addPerson(database, 'ada')
    const { id: organizationId } = await addOrganization(database, 'Blue Door', [{ accountId, roles: ['owner'] }])
    const own = await database.write((tx) =>
      openSession(tx, { accountId, clientId: 'cli_a', network: '', userAgent: undefined, methods: [] }, grant),
    )
    const rotateOwn = (generation: number, wanted: WantedAccess) => rotate(generation, wanted, own.id)
    const switching = { organization: organizationId, maySwitchOrganization: true }
    expect(await rotate(0, switching)).toEqual({ ok: false, reason: 'invalid_organization' })
    expect(await rotateOwn(0, { organization: organizationId })).toEqual({ ok: false, reason: 'invalid_organization' })
    expect(await rotateOwn(0, { organization: 'nobody', maySwitchOrganization: true })).toEqual({
      ok: false,
      reason: 'invalid_organization',
    })
    expect(await rotateOwn(0, switching)).toMatchObject({ ok: true, wasRotated: true, session: { organizationId } })
    const switches = async () => (await audited()).filter(({ act }) => act === 'session.organization_changed')
    const entry = { actor: `account:${accountId}`, outcome: 'done', accountId, clientId: 'cli_a', sessionId: own.id }
    expect(await switches()).toEqual([
      expect.objectContaining({ ...entry, detail: { organization: organizationId, before: null } }),
    ])
    // Again, and without saying it: it stays.
    expect(await rotateOwn(1, { organization: organizationId })).toMatchObject({
      ok: true,
      session: { organizationId },
    })
    expect(await rotateOwn(2, {})).toMatchObject({ ok: true, session: { organizationId } })
    expect(await switches()).toHaveLength(1)
    expect((await find()).id).toBe(sessionId)
  })

  test('a repeated refresh switches the organization as well', async () => {
    const { database, rotate } = await start()
    const accountId = await addPerson(database, 'ada')
    const { id: one } = await addOrganization(database, 'Blue Door', [{ accountId, roles: ['owner'] }])
    const { id: other } = await addOrganization(database, 'Red Door', [{ accountId, roles: ['owner'] }])
    const opening = { accountId, clientId: 'cli_a', network: '', userAgent: undefined, methods: [] }
    const own = await database.write((tx) => openSession(tx, opening, { ...grant, organizationId: one }))
    await rotate(0, {}, own.id)
    const wanted = { organization: other, maySwitchOrganization: true }
    expect(await rotate(0, wanted, own.id)).toMatchObject({
      ok: true,
      wasRotated: false,
      session: { organizationId: other },
    })
    expect((await findSession(database.read, own.id))?.organizationId).toBe(other)
    const events = await listAuditEvents(database.read, { limit: 100, act: 'session.organization_changed' })
    expect(events.map(({ detail }) => detail)).toEqual([{ organization: other, before: one }])
  })
})
