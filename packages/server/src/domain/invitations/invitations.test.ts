import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import { addOrganization, addOrganizationRole, addPerson } from '../../../testing/organization-scene.ts'
import type { Database, Transaction } from '../../platform/database/database.ts'
import { createSealer } from '../../platform/sealing/sealing.ts'
import { parseEmail } from '../accounts/parse-email.ts'
import { listAuditEvents } from '../audit/list-audit-events.ts'
import { addMember } from '../memberships/add-member.ts'
import { listMembers } from '../memberships/find-membership.ts'
import type { MembershipKey } from '../memberships/membership-store.ts'
import {
  changeMemberRoles,
  deleteOrganization,
  disableOrganization,
  removeMember,
} from '../revocation-acts/change-membership.ts'
import { OWNER_ROLE } from '../roles/role.ts'
import { migrations } from '../schema/migrations.ts'
import { acceptInvitation, closeInvitation } from './answer-invitation.ts'
import { findInvitation, findInvitationById, listInvitationsOf, listInvitationsTo } from './find-invitation.ts'
import { type SentInvitation, sendInvitation } from './send-invitation.ts'

const secret = randomBytes(32).toString('base64url')
const sealer = createSealer([secret])
const DAY_MS = 86_400_000

type MailTables = { mail: { id: string; sealed: string; created_at: number } }

/** The secret in the link of the latest mail. */
async function readSecret(database: Database): Promise<string> {
  const mails = database.read.withTables<MailTables>().selectFrom('mail').selectAll()
  const { id, sealed } = await mails.orderBy('id', 'desc').limit(1).executeTakeFirstOrThrow()
  const { mail } = JSON.parse(sealer.open(sealed, `mail ${id}`).toString())
  return new URL(mail.url).searchParams.get('secret') ?? ''
}

function send(
  database: Database,
  organizationId: string,
  address: string,
  roles: string[] = [],
): Promise<SentInvitation> {
  const email = parseEmail(address)
  if (!email.ok) throw new Error(email.sentence)
  const deps = { sealer, invitationUrl: 'https://login.example.com/invitation' }
  const wanted = { organizationId, email: email.email, roles, language: 'en', actor: 'cli' } as const
  return database.write((tx) => sendInvitation(tx, deps, wanted))
}

forEachDatabase('invitations', ({ open }) => {
  async function setScene() {
    const time = { now: 1_000_000_000 }
    const database = await open({ migrations, clock: { now: () => time.now } })
    for (const role of ['author', 'editor']) await addOrganizationRole(database, role)
    const bob = await addPerson(database, 'bob', 'bob@example.com')
    const { id: organizationId } = await addOrganization(database, 'Blue Door')
    const find = (text: string) => findInvitation(database.read, text, time.now)
    return { time, database, bob, organizationId, find }
  }

  test('who sends an invitation anew has the one before accepted by nobody, though it was found a moment ago', async () => {
    const { time, database, bob, organizationId, find } = await setScene()
    await send(database, organizationId, 'bob@example.com', ['editor'])
    const before = await find(await readSecret(database))
    if (!before) throw new Error('it is not found')
    time.now += 60_000
    expect(await send(database, organizationId, 'bob@example.com', [])).toMatchObject({ ok: true })
    expect(await database.write((tx) => acceptInvitation(tx, before.invitation, bob))).toBe(false)
    expect(await listMembers(database.read, organizationId)).toEqual([])
    const after = await find(await readSecret(database))
    if (!after) throw new Error('it is not found')
    expect(await database.write((tx) => acceptInvitation(tx, after.invitation, bob))).toBe(true)
  })

  test('the link of the mail proves the invitation; whoever accepts belongs, with its roles, and it is used up', async () => {
    const { database, bob, organizationId, find } = await setScene()
    expect(await send(database, organizationId, 'Bob@Example.com', ['editor'])).toMatchObject({ ok: true })
    const text = await readSecret(database)
    const found = await find(text)
    expect(found).toMatchObject({ organization: { name: 'Blue Door' }, invitation: { roles: ['editor'] } })
    if (!found) return
    expect(await database.write((tx) => acceptInvitation(tx, found.invitation, bob))).toBe(true)
    expect(await listMembers(database.read, organizationId)).toMatchObject([
      { accountId: bob, roles: ['editor'], invitedAs: 'Bob@Example.com' },
    ])
    expect(await find(text)).toBeUndefined()
    expect(await database.write((tx) => acceptInvitation(tx, found.invitation, bob))).toBe(false)
    const events = await listAuditEvents(database.read, { limit: 9 })
    expect(new Set(events.map(({ act }) => act))).toEqual(
      new Set([
        'role.created',
        'account.created',
        'organization.created',
        'invitation.sent',
        'invitation.accepted',
        'member.added',
      ]),
    )
    expect(JSON.stringify(events)).not.toContain(text.slice(22))
  })

  test.each<[string, (tx: Transaction, key: MembershipKey) => Promise<unknown>]>([
    ['is removed', (tx, key) => removeMember(tx, key, 'cli')],
    ['is one no more', (tx, key) => changeMemberRoles(tx, key, ['editor'], 'cli')],
  ])('an owner who %s does not come back by an invitation of their own', async (_, end) => {
    const { database, bob, organizationId, find } = await setScene()
    const eve = await addPerson(database, 'eve')
    for (const accountId of [bob, eve])
      await database.write((tx) => addMember(tx, { organizationId, accountId, roles: [OWNER_ROLE] }, 'cli'))
    await send(database, organizationId, 'eve2@example.com', [OWNER_ROLE])
    const link = await readSecret(database)
    const found = (await find(link)) ?? expect.fail()
    await database.write((tx) => end(tx, { organizationId, accountId: eve }))
    expect(await find(link)).toBeUndefined()
    expect(await database.write((tx) => acceptInvitation(tx, found.invitation, eve))).toBe(false)
    const [event] = await listAuditEvents(database.read, { act: 'invitation.revoked', limit: 1 })
    expect(event?.detail).toMatchObject({ organization: organizationId, invitation: found.invitation.id })
  })

  test('any other text finds nothing, and so does a link whose secret is not its own', async () => {
    const { database, organizationId, find } = await setScene()
    await send(database, organizationId, 'bob@example.com')
    const text = await readSecret(database)
    const others = ['', 'x', text.slice(0, 64), `${text}a`, `${text.slice(0, 22)}${'a'.repeat(43)}`, 'a'.repeat(65)]
    for (const other of others) expect(await find(other), other).toBeUndefined()
    expect(await find(text)).toBeDefined()
  })

  test('of 20 who accept one invitation at once, one belongs', async () => {
    const { database, organizationId, find } = await setScene()
    const people = await Promise.all(Array.from({ length: 20 }, (_, index) => addPerson(database, `person ${index}`)))
    await send(database, organizationId, 'bob@example.com')
    const found = await find(await readSecret(database))
    if (!found) throw new Error('there is no invitation')
    const accepted = await Promise.all(
      people.map((accountId) => database.write((tx) => acceptInvitation(tx, found.invitation, accountId))),
    )
    expect(accepted.filter((isAccepted) => isAccepted)).toHaveLength(1)
    expect(await listMembers(database.read, organizationId)).toHaveLength(1)
  })

  test('it is over after 7 days, when it is declined or revoked, and when the organization is disabled or deleted', async () => {
    const { time, database, bob, organizationId, find } = await setScene()
    const ends = {
      expired: async () => {
        time.now += 7 * DAY_MS
      },
      declined: (id: string) => close(id, 'invitation.declined'),
      revoked: (id: string) => close(id, 'invitation.revoked'),
      disabled: () => database.write((tx) => disableOrganization(tx, organizationId, 'cli')),
      deleted: () => database.write((tx) => deleteOrganization(tx, organizationId, 'cli')),
    }
    const close = async (id: string, act: 'invitation.declined' | 'invitation.revoked') => {
      const open = await findInvitationById(database.read, id, time.now)
      if (open) await database.write((tx) => closeInvitation(tx, open.invitation, act, 'cli'))
    }
    for (const [how, end] of Object.entries(ends)) {
      const target = how === 'deleted' ? (await addOrganization(database, 'Deleted')).id : organizationId
      await send(database, how === 'deleted' ? organizationId : target, 'bob@example.com')
      const text = await readSecret(database)
      const found = await find(text)
      if (how === 'deleted') expect(found).toBeUndefined()
      else {
        expect(found, how).toBeDefined()
        await end(found?.invitation.id ?? '')
        expect(await find(text), how).toBeUndefined()
        const accepting = found && database.write((tx) => acceptInvitation(tx, found.invitation, bob))
        expect(await accepting, how).toBe(false)
      }
      time.now += DAY_MS
    }
    expect(await listMembers(database.read, organizationId)).toEqual([])
  })

  test('an invitation and the end of its organization at once: nobody belongs to what is gone, and no link is left', async () => {
    const { time, database, bob } = await setScene()
    for (let round = 0; round < 3; round += 1) {
      time.now += 1000
      const { id } = await addOrganization(database, `Door ${round}`)
      await send(database, id, `bob${round}@example.com`)
      const found = await findInvitation(database.read, await readSecret(database), time.now)
      if (!found) throw new Error('there is no invitation')
      await Promise.all([
        send(database, id, `eve${round}@example.com`),
        database.write((tx) => deleteOrganization(tx, id, 'cli')),
        database.write((tx) => acceptInvitation(tx, found.invitation, bob)),
        send(database, id, `mallory${round}@example.com`),
      ])
      expect(await listMembers(database.read, id)).toEqual([])
      expect(await listInvitationsOf(database.read, id, time.now)).toEqual([])
    }
  })

  test('sent again it has another link and the roles of then, not within a minute, and ten mails a day go to one address', async () => {
    const { time, database, organizationId, find } = await setScene()
    await send(database, organizationId, 'bob@example.com', ['author'])
    const first = await readSecret(database)
    expect(await send(database, organizationId, 'BOB@example.com')).toEqual({ ok: false, reason: 'too_soon' })
    time.now += 60_000
    await send(database, organizationId, 'bob@example.com', ['editor'])
    expect(await find(first)).toBeUndefined()
    expect(await find(await readSecret(database))).toMatchObject({ invitation: { roles: ['editor'], mails: 2 } })
    expect(await listInvitationsTo(database.read, 'bob@example.com', time.now)).toHaveLength(1)
    for (let sent = 2; sent < 10; sent += 1) {
      time.now += 60_000
      expect((await send(database, organizationId, 'bob@example.com')).ok).toBe(true)
    }
    const other = await addOrganization(database, 'Red Door')
    const refused = { ok: false, reason: 'too_many_mails' }
    expect(await send(database, other.id, 'bob@example.com')).toEqual(refused)
    expect((await send(database, other.id, 'carol@example.com')).ok).toBe(true)
    time.now += DAY_MS
    expect((await send(database, other.id, 'bob@example.com')).ok).toBe(true)
  })
})
