import { afterAll, beforeAll, expect, test } from 'vitest'
import { addUpstream } from '../../../testing/add-upstream.ts'
import { forEachDatabase } from '../../../testing/database.ts'
import { readMails } from '../../../testing/mailbox.ts'
import { optionsIn, PasskeyScene, passkeysPath, password } from '../../../testing/passkey-scene.ts'
import type { Cbor, Mischief } from '../../../testing/soft-authenticator.ts'
import { linkIdentity } from '../../domain/federated-identities/link-identity.ts'
import { listSessions } from '../../domain/sessions/list-sessions.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'

const strings = stringsIn('en').passkeys
const newPath = `${passkeysPath}/new`

forEachDatabase('one’s own passkeys', ({ createUrl }) => {
  let scene: PasskeyScene
  beforeAll(async () => {
    scene = await PasskeyScene.start(await createUrl())
  })
  afterAll(() => scene?.[Symbol.asyncDispose]())

  test('several are added, each named by what made it, renamed and removed; each change is audited and told', async () => {
    const ada = await scene.person({ aaguid: 'd548826e-79b4-db40-a3d8-11116f7e8349' })
    const visitor = await ada.signIn()
    for (const _ of [1, 2]) expect((await ada.add(visitor)).url).toBe(`${scene.server.issuer}${passkeysPath}`)
    const [first, second] = await ada.passkeys()
    expect([first?.name, second?.name]).toEqual(['Bitwarden', 'Bitwarden'])
    expect(first).toMatchObject({ transports: ['internal'], usedAt: undefined, suspendedAt: undefined })
    // One random handle for the account, which says nothing of it.
    const [{ userHandle = '' } = {}, other] = ada.authenticator.passkeys
    expect([userHandle, Buffer.from(userHandle, 'base64url').length]).toEqual([other?.userHandle, 32])
    const [{ id = '' } = {}] = await ada.passkeys()
    await visitor.post(passkeysPath, { passkey: id, act: 'rename', name: 'Schlüssel <b>am</b> Bund' })
    expect((await visitor.get(passkeysPath)).text).toContain('Schlüssel &lt;b&gt;am&lt;/b&gt; Bund')
    const removed = await visitor.post(passkeysPath, { passkey: id, act: 'remove' })
    expect(await ada.passkeys()).toMatchObject([{ id: second?.id }])
    expect(optionsIn(removed, 'data-passkey-signals')).toContain(
      `"signalUnknownCredential":{"rpId":"localhost","credentialId":"${first?.credentialId}"}`,
    )
    const mails = (await readMails(scene.server)).filter(({ recipient }) => recipient === `${ada.username}@example.com`)
    const told = mails.map(({ mail }) => mail.kind === 'notice' && mail.notice)
    expect(told.sort()).toEqual(['passkey_added', 'passkey_added', 'passkey_removed'])
    expect(mails.every(({ text }) => text.includes('/account-lock?'))).toBe(true)
    expect(await ada.audited('passkey.added')).toHaveLength(2)
    expect(await ada.audited('passkey.renamed')).toEqual([{ passkey: id, name: 'Schlüssel <b>am</b> Bund' }])
    expect(await ada.audited('passkey.removed')).toEqual([{ passkey: id, name: 'Schlüssel <b>am</b> Bund' }])
  })

  test('one that nobody knows the maker of is named by the device', async () => {
    const ada = await scene.person()
    const visitor = await ada.signIn()
    const page = await visitor.get(newPath)
    const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0'
    await visitor.post(newPath, { credential: ada.authenticator.create(optionsIn(page)) }, { 'user-agent': firefox })
    expect(await ada.passkeys()).toMatchObject([{ name: 'Firefox · Linux' }])
  })

  test('WebAuthn §5.4: what is asked for is discoverable, verified, of three algorithms, and not attested', async () => {
    const ada = await scene.person()
    await ada.register()
    const options = JSON.parse(optionsIn(await (await ada.signIn()).get(newPath)))
    expect(options).toMatchObject({
      rp: { id: 'localhost', name: 'Ostiary' },
      user: { name: ada.username, displayName: ada.username },
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      attestation: 'none',
      excludeCredentials: [{ id: ada.authenticator.passkeys[0]?.id, type: 'public-key', transports: ['internal'] }],
    })
    expect(options.pubKeyCredParams.map(({ alg }: { alg: number }) => alg)).toEqual([-8, -7, -257])
  })

  test.each<readonly [string, Mischief]>([
    ['another type', { type: 'webauthn.get' }],
    ['another origin', { origin: 'https://evil.example' }],
    ['a page of others around it', { crossOrigin: true }],
    ['a challenge of others', { challenge: 'AAAA' }],
    ['another RP ID', { rpId: 'evil.example' }],
    ['nobody present', { isUserPresent: false }],
    ['nobody verified', { isUserVerified: false }],
    [
      'a certificate',
      {
        attestation: new Map<Cbor, Cbor>([
          ['fmt', 'packed'],
          ['attStmt', new Map([['x5c', [Buffer.from('x')]]])],
        ]),
      },
    ],
    ['a format that nobody knows', { attestation: new Map([['fmt', 'tpm']]) }],
    ['data cut short', { attestation: new Map([['authData', Buffer.alloc(60)]]) }],
  ])('WebAuthn §7.1: %s makes no passkey', async (_, mischief) => {
    const ada = await scene.person()
    const answer = await ada.register(mischief)
    expect([answer.status, answer.text.includes(strings.notTaken)]).toEqual([400, true])
    expect(await ada.passkeys()).toEqual([])
  })

  test('a challenge makes one passkey, in the session that it was given to', async () => {
    const [ada, grace] = [await scene.person(), await scene.person()]
    const visitor = await ada.signIn()
    const options = optionsIn(await visitor.get(newPath))
    const credential = ada.authenticator.create(options)
    expect((await (await grace.signIn()).post(newPath, { credential })).status).toBe(400)
    expect((await (await ada.signIn()).post(newPath, { credential })).status).toBe(400)
    const sent = Array.from({ length: 20 }, () =>
      visitor.post(newPath, { credential: ada.authenticator.create(options) }),
    )
    const statuses = (await Promise.all(sent)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 200)).toHaveLength(1)
    expect(await ada.passkeys()).toHaveLength(1)
  })

  test('a credential that somebody has is not taken twice', async () => {
    const [ada, grace] = [await scene.person(), await scene.person()]
    await ada.register()
    const visitor = await grace.signIn()
    const own = JSON.parse(ada.authenticator.create(optionsIn(await visitor.get(newPath))))
    expect((await visitor.post(newPath, { credential: JSON.stringify(own) })).status).toBe(200)
    expect((await visitor.post(newPath, { credential: JSON.stringify(own) })).status).toBe(400)
    expect(await ada.passkeys()).toHaveLength(1)
  })

  test('adding and removing need a login of the last 15 minutes; looking and renaming do not', async () => {
    const ada = await scene.person()
    const visitor = await ada.signIn()
    const options = optionsIn(await visitor.get(newPath))
    await ada.add(visitor)
    scene.pass(16)
    const [{ id = '' } = {}] = await ada.passkeys()
    for (const late of [
      await visitor.get(newPath),
      await visitor.post(newPath, { credential: ada.authenticator.create(options) }),
      await visitor.post(passkeysPath, { passkey: id, act: 'remove' }),
    ])
      expect(new URL(late.url).pathname).toBe('/login')
    await visitor.post(passkeysPath, { passkey: id, act: 'rename', name: 'Phone' })
    expect(await ada.passkeys()).toMatchObject([{ name: 'Phone' }])
  })

  test('the last way into an account stays; with an upstream provider or another passkey it goes', async () => {
    const ada = await scene.person()
    const visitor = await ada.signIn()
    for (const _ of [1, 2]) await ada.add(visitor)
    const { database } = scene.server.running.installation
    await database.write((tx) =>
      tx.sql
        .withTables<{ password: { account_id: string } }>()
        .deleteFrom('password')
        .where('account_id', '=', ada.accountId)
        .execute(),
    )
    const [first, second] = await ada.passkeys()
    const remove = (passkey = '') => visitor.post(passkeysPath, { passkey, act: 'remove' })
    // Two at once: one stays.
    const answers = await Promise.all([remove(first?.id), remove(second?.id)])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
    const [last] = await ada.passkeys()
    const refused = await remove(last?.id)
    expect([refused.status, refused.text.includes(strings.lastWayIn)]).toEqual([409, true])
    const { accountId } = ada
    await database.write((tx) =>
      linkIdentity(tx, { issuer: 'https://i.example', subject: accountId, accountId, network: '::' }),
    )
    // Nobody logs in with a provider that is not registered, or was removed.
    expect((await remove(last?.id)).status).toBe(409)
    await addUpstream(scene.server, { id: 'work', name: 'Work', issuer: 'https://i.example', clientId: 'ostiary' })
    expect((await remove(last?.id)).status).toBe(200)
    expect(await ada.passkeys()).toEqual([])
  })

  test('nobody changes another’s, and a wrong name or form changes nothing', async () => {
    const [ada, grace] = [await scene.person(), await scene.person()]
    await ada.register()
    const [{ id = '' } = {}] = await ada.passkeys()
    const visitor = await grace.signIn()
    for (const act of ['remove', 'resume']) await visitor.post(passkeysPath, { passkey: id, act })
    await visitor.post(passkeysPath, { passkey: id, act: 'rename', name: 'Mine' })
    const own = await ada.signIn()
    for (const name of ['', ' ', '\u200b', 'x'.repeat(129)])
      expect((await own.post(passkeysPath, { passkey: id, act: 'rename', name })).status, name).toBe(400)
    expect((await own.post(passkeysPath, { passkey: id, act: 'explode' })).status).toBe(400)
    expect(
      (await own.post(passkeysPath, { passkey: id, act: 'remove' }, { 'sec-fetch-site': 'cross-site' })).status,
    ).toBe(403)
    expect((await own.post(newPath, { credential: '{}' }, { 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect(new URL((await scene.visitor().get(passkeysPath)).url).pathname).toBe('/login')
    expect(await ada.passkeys()).toMatchObject([{ id }])
    expect((await ada.passkeys())[0]?.name).not.toBe('Mine')
  })

  test('whatever is sent as a new credential is refused, never a failure of ours', async () => {
    const ada = await scene.person()
    const visitor = await ada.signIn()
    const good = JSON.parse(ada.authenticator.create(optionsIn(await visitor.get(newPath))))
    const attestations = ['', 'AA', 'o2Nm', `${good.response.attestationObject.slice(0, 100)}`, 'A'.repeat(16_000)]
    const spoilt = [
      ...['', '{', 'null', '[]', '{"response":{}}', JSON.stringify(good).slice(0, 400)],
      ...attestations.map((attestationObject) =>
        JSON.stringify({ ...good, response: { ...good.response, attestationObject } }),
      ),
    ]
    for (const credential of spoilt)
      expect((await visitor.post(newPath, { credential })).status, credential.slice(0, 120)).toBe(400)
    expect((await visitor.post(newPath, { credential: JSON.stringify(good) })).status).toBe(200)
    expect(scene.server.logText()).not.toContain('"level":50')
  })

  test('WebAuthn §5.1.3: one that is made without asking needs nobody present, and is one factor until its person was verified', async () => {
    const ada = await scene.person({ isBackupEligible: true })
    const visitor = scene.visitor()
    const form = { username: ada.username, password, passkey_offer: 'yes' }
    const offer = await visitor.submit(await visitor.get(`/login?return_to=${passkeysPath}`), form)
    expect(new URL(offer.url).pathname).toBe('/login/passkey-offer')
    expect(JSON.parse(optionsIn(offer, 'data-conditional')).authenticatorSelection.userVerification).toBe('preferred')
    const unseen = { isUserPresent: false, isUserVerified: false }
    const give = (attribute: string) =>
      visitor.post('/login/passkey-offer', {
        credential: ada.authenticator.create(optionsIn(offer, attribute), unseen),
        return_to: passkeysPath,
      })
    // The challenge of the button is for who is asked.
    expect((await give('data-options')).status).toBe(400)
    expect((await give('data-conditional')).url).toBe(`${scene.server.issuer}${passkeysPath}`)
    expect(await ada.passkeys()).toMatchObject([{ isUserVerified: false, isBackupEligible: true }])
    expect((await ada.logIn({ isUserVerified: false })).status).toBe(401)
    expect((await ada.logIn()).status).toBe(200)
    const { database, clock } = scene.server.running.installation
    const sessions = await listSessions(database.read, ada.accountId, clock.now())
    expect(sessions.map(({ methods }) => methods)).toContainEqual(['swk'])
  })

  test('the offer is for who has just signed in and has none; everybody else goes on, and only on this origin', async () => {
    const ada = await scene.person()
    const path = (returnTo: string) => `/login/passkey-offer?return_to=${encodeURIComponent(returnTo)}`
    const visitor = await ada.signIn()
    expect((await visitor.get(path('/account'))).text).toContain(strings.offerTitle)
    const declined = await visitor.post('/login/passkey-offer', { return_to: 'https://evil.example/' })
    expect(declined.url).toBe(`${scene.server.issuer}/account`)
    await ada.add(visitor)
    expect(new URL((await visitor.get(path(passkeysPath))).url).pathname).toBe(passkeysPath)
    expect(new URL((await scene.visitor().get(path('/account'))).url).pathname).toBe('/login')
    const evil = await visitor.post('/login/passkey-offer', {}, { 'sec-fetch-site': 'cross-site' })
    expect(evil.status).toBe(403)
  })

  test('the security page lists them', async () => {
    const ada = await scene.person({ aaguid: 'bada5566-a7aa-401f-bd96-45619a55120d' })
    const visitor = await ada.signIn()
    expect((await visitor.get('/account/security')).text).toContain(strings.none)
    await ada.add(visitor)
    expect((await visitor.get('/account/security')).text).toContain('<bdi>1Password</bdi>')
  })
})
