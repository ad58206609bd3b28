import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { addUpstream } from '../../../testing/add-upstream.ts'
import { AuthorizationScene } from '../../../testing/authorization-scene.ts'
import { forEachDatabase } from '../../../testing/database.ts'
import { addDeviceClient, askForCodes, deviceAudience } from '../../../testing/device-scene.ts'
import { addOrganization } from '../../../testing/organization-scene.ts'
import { readCode, readOutbox } from '../../../testing/outbox.ts'
import { addAccount } from '../../../testing/test-server.ts'
import { type Visit, Visitor } from '../../../testing/visitor.ts'
import { parseEmail } from '../../domain/accounts/parse-email.ts'
import { listAuditEvents } from '../../domain/audit/list-audit-events.ts'
import { linkIdentity } from '../../domain/federated-identities/link-identity.ts'
import { sendInvitation } from '../../domain/invitations/send-invitation.ts'
import { listPasskeys } from '../../domain/passkeys/list-passkeys.ts'
import { registerPasskey } from '../../domain/passkeys/register-passkey.ts'
import { suspendPasskeys } from '../../domain/passkeys/suspend-passkeys.ts'
import { OWNER_ROLE } from '../../domain/roles/role.ts'
import { logOutEverywhere } from '../../domain/sessions/log-out-everywhere.ts'
import type { Transaction } from '../../platform/database/database.ts'

const password = 'a long walk along the river'
const workIssuer = 'https://work.example'
const newPassword = 'nine amber lanterns in the rain'
const doer = { network: 'unknown', userAgent: undefined, language: 'en' } as const

forEachDatabase('what is asked in a session that ends at that moment', ({ createUrl }) => {
  let scene: AuthorizationScene
  let accountId: string
  let organizationId: string
  let people = 0

  beforeAll(async () => {
    const config = { organizationCreation: 'people' } as const
    scene = await AuthorizationScene.start({ databaseUrl: await createUrl(), issuerHost: 'localhost', config })
    await addUpstream(scene.server, { id: 'work', name: 'Work', issuer: workIssuer, clientId: 'ostiary' })
  })
  beforeEach(async () => {
    // What was counted against this network in the test before is forgotten.
    scene.server.clock.set(scene.server.clock.now() + 86_400_000)
    people += 1
    accountId = await addAccount(scene.server, name(), password)
    organizationId = (await addOrganization(database(), `Engines ${people}`, [{ accountId, roles: [OWNER_ROLE] }])).id
    const identity = { issuer: workIssuer, subject: name(), accountId, network: 'unknown' }
    await database().write((tx) => linkIdentity(tx, identity))
    await database().write((tx) => addPasskey(tx))
  })
  afterAll(() => scene?.server.stop())

  function name(): string {
    return `ada${people}`
  }

  function database() {
    return scene.server.running.installation.database
  }

  function outbox() {
    return { read: database().read, sealer: scene.server.running.installation.sealer }
  }

  async function addPasskey(tx: Transaction): Promise<void> {
    const { server } = scene
    const truth = { isBackupEligible: false, isBackedUp: false, isUserVerified: true }
    const credential = { credentialId: name(), publicKey: 'key', signCount: 0, aaguid: '', ...truth }
    const notices = { sealer: server.running.installation.sealer, lockUrl: `${server.issuer}/account/lock` }
    await registerPasskey(tx, notices, { owner: { ...doer, accountId }, credential, transports: [], name: 'Key' })
    await suspendPasskeys(tx, accountId, { actor: 'system', network: 'unknown', because: 'account_locked' })
  }

  async function passkey(act: string): Promise<Record<string, string>> {
    const [known] = await listPasskeys(database().read, accountId)
    return { passkey: known?.id ?? '', act, name: 'Other' }
  }

  async function invite(): Promise<string> {
    const email = parseEmail(`friend${people}@example.com`)
    const other = await addOrganization(database(), `Other Engines ${people}`)
    if (!email.ok) throw new Error(email.sentence)
    const { sealer } = scene.server.running.installation
    const deps = { sealer, invitationUrl: `${scene.server.issuer}/invitation` }
    const wanted = { organizationId: other.id, email: email.email, roles: [], language: 'en', actor: 'cli' } as const
    await database().write((tx) => sendInvitation(tx, deps, wanted))
    const mail = (await readOutbox(outbox())).findLast(({ recipient }) => recipient === email.email.text)?.mail
    return new URL(mail?.kind === 'invitation' ? mail.url : '').searchParams.get('secret') ?? ''
  }

  type Begun = (visitor: Visitor) => Promise<() => Promise<Visit>>
  const post =
    (path: string, fields: () => Record<string, string> | Promise<Record<string, string>>): Begun =>
    async (visitor) => {
      const body = await fields()
      return () => visitor.post(path, body)
    }

  it.each<[what: string, begin: Begun, landing?: RegExp]>([
    [
      'another password',
      post('/account/security/password', () => ({ current_password: password, password: newPassword })),
    ],
    ['another user name', post('/account/security/username', () => ({ username: 'grace' }))],
    ['a mail to another address', post('/account/security/email', () => ({ email: 'stranger@example.com' }))],
    [
      'the code of that mail',
      async (visitor) => {
        const page = await visitor.post('/account/security/email', { email: 'other@example.com' })
        const { code } = await readCode(outbox(), 'other@example.com')
        return () => visitor.submit(page, { code })
      },
    ],
    ['a passkey, allowed again', post('/account/security/passkeys', () => passkey('resume'))],
    ['a passkey, named', post('/account/security/passkeys', () => passkey('rename'))],
    ['a passkey, removed', post('/account/security/passkeys', () => passkey('remove'))],
    ['an upstream, disconnected', post('/account/upstreams', () => ({ disconnect: 'work' }))],
    ['what the person is called', post('/account/profile', () => ({ name: 'Ada Lovelace' }))],
    ['deletion', post('/account/data/deletion', () => ({ username: name() }))],
    ['an organization', post('/account/organizations/create', () => ({ name: 'Engines' }))],
    [
      'an invitation, sent',
      async (visitor) => () =>
        visitor.post(`/account/organizations/${organizationId}/invite`, {
          email: 'mallory@example.com',
          [`role:${OWNER_ROLE}`]: 'on',
        }),
      /^404 .account.organizations/,
    ],
    [
      'an invitation, accepted',
      post('/invitation', async () => ({ secret: await invite(), account: accountId, answer: 'accept' })),
      /^200 .invitation$/,
    ],
    [
      'what an app may do',
      async (visitor) => {
        const page = await visitor.get(scene.url())
        expect(page.text).toContain('name="decision"')
        return () => visitor.submit(page, { decision: 'allow' })
      },
    ],
    [
      'what a device may do',
      async (visitor) => {
        const { clientId } = await addDeviceClient(scene.server)
        const asked = { client_id: clientId, scope: 'orders:read', resource: deviceAudience }
        const { user_code: code = '' } = (await askForCodes(scene.server, asked)).body
        const page = await visitor.submit(await visitor.get(`/device?user_code=${code}`), { user_code: code })
        return () => visitor.submit(page, { decision: 'allow' })
      },
    ],
  ])('%s: is not done', async (_, begin, landing = /^200 .login$/) => {
    const { server } = scene
    const visitor = new Visitor(server.issuer)
    await visitor.submit(await visitor.get('/login'), { username: name(), password })
    const act = await begin(visitor)
    server.clock.set(server.clock.now() + 1000)
    const [ended, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const ending = database().write(async (tx) => {
      await logOutEverywhere(tx, accountId, 'cli')
      ended.resolve()
      await goOn.promise
    })
    await ended.promise
    const acting = act()
    // Long enough to be let in, and to come to where it waits.
    await sleep(400)
    goOn.resolve()
    await ending
    const { url, status, text } = await acting
    const events = await listAuditEvents(database().read, { limit: 50 })
    const written = events.filter(({ actor, at }) => actor !== 'cli' && at >= server.clock.now())
    expect(written.map(({ act: what }) => what)).toEqual([])
    expect(`${status} ${new URL(url).pathname}`, text).toMatch(landing)
  })
})
