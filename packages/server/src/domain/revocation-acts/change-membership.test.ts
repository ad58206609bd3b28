import { expect, test } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import { addOrganization, addOrganizationRole, addPerson } from '../../../testing/organization-scene.ts'
import type { Database, Transaction } from '../../platform/database/database.ts'
import { disableAccount } from '../accounts/disable-account.ts'
import { lockOutAccount } from '../accounts/lock-out-account.ts'
import { markDeletion } from '../accounts/mark-deletion.ts'
import { settleOutdatedClaims } from '../accounts/settle-outdated-claims.ts'
import { listAuditEvents } from '../audit/list-audit-events.ts'
import {
  admitToOrganization,
  findActingOrganization,
  listActingOrganizations,
} from '../memberships/acting-organization.ts'
import { addMember } from '../memberships/add-member.ts'
import { listMembers } from '../memberships/find-membership.ts'
import { findOrganization } from '../organizations/find-organization.ts'
import { renameOrganization, setOrganizationDisabled } from '../organizations/update-organization.ts'
import { findClaimMarks } from '../revocations/moment-after-revocations.ts'
import { migrations } from '../schema/migrations.ts'
import { findSession } from '../sessions/find-session.ts'
import { openSession } from '../sessions/open-session.ts'
import { changeMemberRoles, deleteOrganization, disableOrganization, removeMember } from './change-membership.ts'

const limits = { idleMilliseconds: 60_000, absoluteMilliseconds: 60_000 }

/** Opens an app's session that acts for an organization, as the endpoints do; undefined when the account may not. */
function openActing(database: Database, accountId: string, organizationId: string | undefined) {
  return database.write(async (tx) => {
    const acting = organizationId && (await admitToOrganization(tx, accountId, organizationId))
    if (organizationId !== undefined && !acting) return undefined
    const who = { accountId, clientId: 'cli_app', network: '192.0.2.1', userAgent: undefined, methods: ['pwd'] }
    const grant = { audience: 'https://api.example.com', scopes: [], limits, refreshKeyId: undefined, organizationId }
    return openSession(tx, who, grant)
  })
}

forEachDatabase('organizations and their members', ({ open }) => {
  test('an organization is found by id and slug; a renamed one leaves its slug to others', async () => {
    const database = await open({ migrations })
    const { id } = await addOrganization(database, 'Blue Door')
    expect(await findOrganization(database.read, id)).toEqual(await findOrganization(database.read, 'blue-door'))
    const other = await addOrganization(database, 'Red Door')
    const rename = (slug: string) =>
      database.write((tx) => renameOrganization(tx, other.id, { name: 'Door', slug }, 'cli'))
    expect(await rename('blue-door')).toEqual({ ok: false, reason: 'slug_taken' })
    expect(await rename('door')).toMatchObject({ ok: true, organization: { id: other.id, name: 'Door', slug: 'door' } })
    expect((await addOrganization(database, 'Red Door')).slug).toBe('red-door')
    await database.write((tx) => deleteOrganization(tx, id, 'cli'))
    expect([await findOrganization(database.read, id), await findOrganization(database.read, 'blue-door')]).toEqual([
      undefined,
      undefined,
    ])
    expect((await addOrganization(database, 'Blue Door')).id).not.toBe(id)
  })

  test('of 20 who want one slug at once, one gets it', async () => {
    const database = await open({ migrations })
    const made = await Promise.allSettled(Array.from({ length: 20 }, () => addOrganization(database, 'Blue Door')))
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  test('an account may act for the organizations it belongs to, with its roles there, and learns nothing of others', async () => {
    const database = await open({ migrations })
    const ada = await addPerson(database, 'ada')
    const red = await addOrganization(database, 'Red', [{ accountId: ada, roles: ['editor', 'editor', 'author'] }])
    const blue = await addOrganization(database, 'Blue', [{ accountId: ada, roles: [] }])
    const closed = await addOrganization(database, 'Closed', [{ accountId: ada, roles: ['owner'] }])
    await addOrganization(database, 'Foreign')
    await database.write((tx) => setOrganizationDisabled(tx, closed.id, true, 'cli'))
    expect(await listActingOrganizations(database.read, ada)).toEqual([
      { id: blue.id, slug: 'blue', name: 'Blue', roles: [] },
      { id: red.id, slug: 'red', name: 'Red', roles: ['author', 'editor'] },
    ])
    expect(await findActingOrganization(database.read, ada, 'red')).toMatchObject({ id: red.id })
    for (const name of ['foreign', 'closed', closed.id, 'nowhere', '', `org_${'a'.repeat(22)}`])
      expect(await findActingOrganization(database.read, ada, name), name).toBeUndefined()
  })

  test('who is removed loses the sessions that act for the organization, and no others; all are to be refreshed', async () => {
    const database = await open({ migrations, clock: { now: () => 1_000_000 } })
    const [ada, bob] = [await addPerson(database, 'ada'), await addPerson(database, 'bob')]
    const members = [ada, bob].map((accountId) => ({ accountId, roles: [] }))
    const { id: organizationId } = await addOrganization(database, 'Blue Door', members)
    const sessions = [
      await openActing(database, ada, organizationId),
      await openActing(database, ada, undefined),
      await openActing(database, bob, organizationId),
    ]
    const removed = await database.write((tx) => removeMember(tx, { organizationId, accountId: ada }, 'cli'))
    expect(removed).toEqual({ ok: true, isChanged: true })
    const ends = await Promise.all(sessions.map((session) => findSession(database.read, session?.id ?? '')))
    expect(ends.map((session) => session?.endedAt)).toEqual([1_000_000, undefined, undefined])
    await settleOutdatedClaims(database)
    expect([...(await findClaimMarks(database.read, [ada, bob])).keys()]).toEqual([ada])
    expect(await openActing(database, ada, organizationId)).toBeUndefined()
    const acts = await listAuditEvents(database.read, { accountId: ada, limit: 9 })
    expect(acts).toContainEqual(
      expect.objectContaining({ act: 'member.removed', detail: { organization: organizationId } }),
    )
    expect(acts.filter(({ act }) => act === 'session.ended')).toMatchObject([{ sessionId: sessions[0]?.id }])
    expect(await database.write((tx) => removeMember(tx, { organizationId, accountId: ada }, 'cli'))).toEqual({
      ok: false,
      reason: 'unknown_member',
    })
  })

  test.each<[string, (tx: Transaction, accountId: string) => Promise<unknown>]>([
    ['waits to be deleted', (tx, accountId) => markDeletion(tx, accountId, { deleteAfter: 2_000_000, actor: 'cli' })],
    ['is disabled', (tx, accountId) => disableAccount(tx, accountId, 'cli')],
    ['has locked their account', (tx, accountId) => lockOutAccount(tx, accountId, { actor: 'cli', network: '::' })],
  ])('the last owner stays, also beside one who %s', async (_, leave) => {
    const database = await open({ migrations, clock: { now: () => 1_000_000 } })
    const [ada, bob] = [await addPerson(database, 'ada'), await addPerson(database, 'bob')]
    const members = [ada, bob].map((accountId) => ({ accountId, roles: ['owner'] }))
    const { id: organizationId } = await addOrganization(database, 'Blue Door', members)
    await database.write((tx) => leave(tx, bob))
    const key = { organizationId, accountId: ada }
    const refused = { ok: false, reason: 'last_owner' }
    expect(await database.write((tx) => removeMember(tx, key, 'cli'))).toEqual(refused)
    expect(await database.write((tx) => changeMemberRoles(tx, key, [], 'cli'))).toEqual(refused)
    expect(await database.write((tx) => removeMember(tx, { organizationId, accountId: bob }, 'cli'))).toMatchObject({
      ok: true,
    })
  })

  test('a member gets other roles: what tokens say is outdated, and nothing when nothing changes', async () => {
    const database = await open({ migrations, clock: { now: () => 1_000_000 } })
    const ada = await addPerson(database, 'ada')
    for (const role of ['author', 'editor']) await addOrganizationRole(database, role)
    const { id: organizationId } = await addOrganization(database, 'Blue Door', [{ accountId: ada, roles: ['author'] }])
    const session = await openActing(database, ada, organizationId)
    const change = (roles: readonly string[]) =>
      database.write((tx) => changeMemberRoles(tx, { organizationId, accountId: ada }, roles, 'cli'))
    const claimMarks = async () => {
      await settleOutdatedClaims(database)
      return [...(await findClaimMarks(database.read, [ada])).keys()]
    }
    expect(await change(['author'])).toEqual({ ok: true, isChanged: false })
    expect(await claimMarks()).toEqual([])
    expect(await change(['editor', 'author'])).toEqual({ ok: true, isChanged: true })
    expect(await claimMarks()).toEqual([ada])
    for (const role of ['admin', 'nothing'])
      expect(await change([role]), role).toEqual({ ok: false, reason: 'unknown_role', role })
    const most = Array.from({ length: 33 }, (_, index) => `role-${index}`)
    expect(await change(most)).toEqual({ ok: false, reason: 'too_many_roles' })
    expect(await findActingOrganization(database.read, ada, organizationId)).toMatchObject({
      roles: ['author', 'editor'],
    })
    expect((await findSession(database.read, session?.id ?? ''))?.endedAt).toBeUndefined()
  })

  test('of two last owners who are removed, leave or step down at once, one stays', async () => {
    const database = await open({ migrations })
    const people = [await addPerson(database, 'ada'), await addPerson(database, 'bob')]
    for (let round = 0; round < 5; round += 1) {
      const members = people.map((accountId) => ({ accountId, roles: ['owner'] }))
      const { id: organizationId } = await addOrganization(database, `Door ${round}`, members)
      const acts = await Promise.all(
        people.map((accountId, index) =>
          database.write((tx) =>
            (round + index) % 2 === 0
              ? removeMember(tx, { organizationId, accountId }, 'cli')
              : changeMemberRoles(tx, { organizationId, accountId }, [], 'cli'),
          ),
        ),
      )
      expect(acts.filter(({ ok }) => ok)).toHaveLength(1)
      expect(acts).toContainEqual({ ok: false, reason: 'last_owner' })
      const owners = (await listMembers(database.read, organizationId)).filter(({ roles }) => roles.includes('owner'))
      expect(owners).toHaveLength(1)
    }
  })

  test.each(['removed', 'disabled', 'deleted'] as const)(
    'while 20 sessions are being opened for an organization its member is %s: none of them lives on',
    async (how) => {
      const database = await open({ migrations })
      const ada = await addPerson(database, 'ada')
      const { id: organizationId } = await addOrganization(database, 'Blue Door', [{ accountId: ada, roles: [] }])
      const opening = Array.from({ length: 20 }, () => openActing(database, ada, organizationId))
      const ending = database.write(async (tx) => {
        if (how === 'removed') await removeMember(tx, { organizationId, accountId: ada }, 'cli')
        else if (how === 'disabled') await disableOrganization(tx, organizationId, 'cli')
        else await deleteOrganization(tx, organizationId, 'cli')
      })
      const opened = (await Promise.all(opening)).filter((session) => session !== undefined)
      await ending
      const left = await Promise.all(opened.map(({ id }) => findSession(database.read, id)))
      expect(left.filter((session) => session?.endedAt === undefined)).toEqual([])
      expect(await openActing(database, ada, organizationId)).toBeUndefined()
    },
  )

  test('who belongs already is not added again, and keeps the roles', async () => {
    const database = await open({ migrations })
    const ada = await addPerson(database, 'ada')
    const { id: organizationId } = await addOrganization(database, 'Blue Door', [{ accountId: ada, roles: ['author'] }])
    expect(
      await database.write((tx) => addMember(tx, { organizationId, accountId: ada, roles: ['owner'] }, 'cli')),
    ).toBe(false)
    expect(await listMembers(database.read, organizationId)).toMatchObject([{ accountId: ada, roles: ['author'] }])
  })
})
