import { afterAll, beforeAll, expect, test } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import { addAuthenticator } from '../../../testing/factor-scene.ts'
import { optionsIn, type PasskeyPerson, PasskeyScene, passkeysPath, password } from '../../../testing/passkey-scene.ts'
import type { Mischief } from '../../../testing/soft-authenticator.ts'
import { addApi } from '../../../testing/test-server.ts'
import type { Visit, Visitor } from '../../../testing/visitor.ts'
import { addRole } from '../../domain/accounts/change-role.ts'
import { acrOf } from '../../domain/assurance/acr.ts'
import { resetFactors } from '../../domain/login/reset-factors.ts'
import { suspendPasskeys } from '../../domain/passkeys/suspend-passkeys.ts'
import { requireFactorOfRole, updateApi } from '../../domain/revocation-acts/change-roles.ts'
import { listSessions } from '../../domain/sessions/list-sessions.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'

const path = '/login/second-factor'
const strings = stringsIn('en').passkeys
const refused = strings.refused.replaceAll("'", '&#39;')
/** What was refused is forgotten by then. */
const DAY_AND_MORE = 25 * 60

forEachDatabase('a passkey as second factor', ({ createUrl }) => {
  let scene: PasskeyScene
  beforeAll(async () => {
    scene = await PasskeyScene.start(await createUrl())
  })
  afterAll(() => scene?.[Symbol.asyncDispose]())

  /** Somebody with a passkey and an authenticator app, which has every login ask for a second factor. */
  async function personWithBoth(): Promise<PasskeyPerson> {
    const ada = await scene.person()
    await ada.register()
    await addAuthenticator(scene.server, ada.accountId)
    return ada
  }

  const begin = (visitor: Visitor, { username }: PasskeyPerson) => visitor.post('/login', { username, password })
  const fieldsOf = ({ text }: Visit) => ({
    factor: 'passkey',
    step: /name="step" value="([^"]+)"/.exec(text)?.[1] ?? '',
  })

  function answer(visitor: Visitor, page: Visit, { authenticator }: PasskeyPerson, mischief: Mischief = {}) {
    const credential = authenticator.get(optionsIn(page), mischief)
    return visitor.post(path, { ...fieldsOf(page), credential })
  }

  async function methodsOf({ accountId }: PasskeyPerson): Promise<readonly (readonly string[])[]> {
    const { database, clock } = scene.server.running.installation
    return (await listSessions(database.read, accountId, clock.now())).map(({ methods }) => methods)
  }

  test('NIST SP 800-63B-4 §2.2: after a password it ends the login, which cannot be phished then', async () => {
    const ada = await personWithBoth()
    const visitor = scene.visitor()
    const page = await begin(visitor, ada)
    expect(new URL(page.url).pathname).toBe(path)
    expect(page.headers.get('content-security-policy')).toMatch(/script-src 'sha256-/)
    expect(JSON.parse(optionsIn(page))).toMatchObject({
      ...{ rpId: 'localhost', userVerification: 'required' },
      allowCredentials: [{ id: ada.authenticator.passkeys[0]?.id, transports: ['internal'] }],
    })
    expect((await answer(visitor, page, ada)).url).toBe(`${scene.server.issuer}/account`)
    const methods = ['pwd', 'hwk', 'user', 'mfa']
    expect(await methodsOf(ada)).toContainEqual(methods)
    expect(acrOf(methods)).toBe('phr')
    expect(await ada.audited('factor.used')).toEqual([{ factor: 'passkey' }])
  })

  test('WebAuthn §7.2: whatever is wrong with an answer ends nothing, is told in one sentence, and audited', async () => {
    const [ada, grace] = [await personWithBoth(), await personWithBoth()]
    const ofGrace = grace.authenticator.passkeys[0]
    if (ofGrace) ada.authenticator.passkeys.unshift(ofGrace)
    const before = (await methodsOf(ada)).length
    const cases: readonly Mischief[] = [
      { origin: 'https://evil.example' },
      { rpId: 'evil.example' },
      { challenge: 'AAAA' },
      { isUserVerified: false },
      { isUserPresent: false },
      { isSignatureTampered: true },
      { userHandle: ofGrace?.userHandle ?? '' },
      // A passkey of somebody else, who answers as they should.
      { id: ofGrace?.id ?? '' },
    ]
    for (const mischief of cases) {
      scene.pass(DAY_AND_MORE)
      const visitor = scene.visitor()
      const again = await answer(visitor, await begin(visitor, ada), ada, mischief)
      expect([again.status, again.text.includes(refused)], JSON.stringify(mischief)).toEqual([401, true])
    }
    for (const credential of ['', '{', 'null', '[]', '{"response":{}}', 'x'.repeat(30_000)]) {
      scene.pass(DAY_AND_MORE)
      const visitor = scene.visitor()
      const page = await begin(visitor, ada)
      expect((await visitor.post(path, { ...fieldsOf(page), credential })).status, credential.slice(0, 20)).toBe(401)
    }
    expect(await ada.audited('factor.refused')).toHaveLength(cases.length + 6)
    expect((await methodsOf(ada)).length).toBeLessThanOrEqual(before)
    expect(scene.server.logText()).not.toContain('"level":50')
  })

  test('a challenge counts for the login that it was given to, and once; one of the login page does not count', async () => {
    const ada = await personWithBoth()
    const [visitor, other] = [scene.visitor(), scene.visitor()]
    const ofLoginPage = optionsIn(await visitor.get('/login'))
    const [page, page2] = [await begin(visitor, ada), await begin(other, ada)]
    const credential = ada.authenticator.get(optionsIn(page))
    expect((await other.post(path, { ...fieldsOf(page2), credential })).status).toBe(401)
    const early = ada.authenticator.get(ofLoginPage)
    expect((await visitor.post(path, { ...fieldsOf(page), credential: early })).status).toBe(401)
    expect((await answer(visitor, page, ada, { isSignatureTampered: true })).status).toBe(401)
    // What was refused has used its challenge up.
    expect((await answer(visitor, page, ada)).status).toBe(401)
    expect((await answer(visitor, await visitor.get(path), ada)).url).toBe(`${scene.server.issuer}/account`)
  })

  test('of 20 parallel uses of one answer one opens a session', async () => {
    const ada = await personWithBoth()
    const visitor = scene.visitor()
    const page = await begin(visitor, ada)
    const before = (await methodsOf(ada)).length
    const credential = ada.authenticator.get(optionsIn(page))
    await Promise.all(Array.from({ length: 20 }, () => visitor.post(path, { ...fieldsOf(page), credential })))
    expect(await methodsOf(ada)).toHaveLength(before + 1)
    expect(await ada.audited('factor.used')).toHaveLength(1)
  })

  test('WebAuthn §6.1.1: one whose counter did not go up is suspended, and asked for no more', async () => {
    const ada = await personWithBoth()
    const visitor = scene.visitor()
    const page = await answer(visitor, await begin(visitor, ada), ada, { signCount: 1 })
    expect([page.status, page.text.includes('data-passkey'), page.text.includes('name="code"')]).toEqual([
      401,
      false,
      true,
    ])
    expect(await ada.audited('passkey.suspended')).toHaveLength(1)
  })

  test('who has a passkey and no app is not asked after a password; to prove more, they are asked for it alone', async () => {
    const ada = await scene.person()
    await ada.register()
    const visitor = scene.visitor()
    expect((await begin(visitor, ada)).url).toBe(`${scene.server.issuer}/account`)
    const page = await visitor.get(`${path}?step_up=1&return_to=%2Faccount%2Fsecurity`)
    expect([page.status, page.text.includes('name="code"')]).toEqual([200, false])
    const fields = { ...fieldsOf(page), step_up: '1', return_to: '/account/security' }
    const stepped = await visitor.post(path, { ...fields, credential: ada.authenticator.get(optionsIn(page)) })
    expect(stepped.url).toBe(`${scene.server.issuer}/account/security`)
    expect(await methodsOf(ada)).toContainEqual(['pwd', 'hwk', 'user', 'mfa'])
  })

  test('WebAuthn §7.2 step 24: one that never verified its person counts as their second factor, from then on as both', async () => {
    const ada = await scene.person({ isBackupEligible: true })
    const visitor = scene.visitor()
    const form = { username: ada.username, password, passkey_offer: 'yes' }
    const offer = await visitor.submit(await visitor.get('/login'), form)
    const unseen = { isUserPresent: false, isUserVerified: false }
    const made = ada.authenticator.create(optionsIn(offer, 'data-conditional'), unseen)
    await visitor.post('/login/passkey-offer', { credential: made })
    await ada.logIn()
    expect(await methodsOf(ada)).toContainEqual(['swk'])
    await addAuthenticator(scene.server, ada.accountId)
    // The same passkey twice is one factor.
    const alone = await ada.logIn()
    expect([alone.url.includes(path), alone.text.includes('data-passkey')]).toEqual([true, false])
    const page = await begin(scene.visitor(), ada)
    expect(page.text).toContain('data-passkey')
    const again = scene.visitor()
    await answer(again, await begin(again, ada), ada)
    expect(await methodsOf(ada)).toContainEqual(['pwd', 'swk', 'user', 'mfa'])
    expect((await ada.logIn()).url).toBe(`${scene.server.issuer}/account`)
    expect(await methodsOf(ada)).toContainEqual(['swk', 'user', 'mfa'])
  })

  test('where a second factor is asked for, a session that has not proved it adds and removes no passkey', async () => {
    const ada = await scene.person()
    await ada.register()
    const [{ id = '' } = {}] = await ada.passkeys()
    const app = await addAuthenticator(scene.server, ada.accountId)
    const visitor = scene.visitor()
    await visitor.submit(await begin(visitor, ada), { code: app.code(), remember: '1' })
    expect((await begin(visitor, ada)).url).toBe(`${scene.server.issuer}/account`)
    const refusedActs = [
      await visitor.get(`${passkeysPath}/new`),
      await visitor.post(`${passkeysPath}/new`, { credential: '{}' }),
      await visitor.post(passkeysPath, { passkey: id, act: 'remove' }),
    ]
    for (const { url } of refusedActs) expect(url).toContain(`${path}?step_up=1`)
    expect((await visitor.get('/login/passkey-offer')).url).toBe(`${scene.server.issuer}/account`)
    expect(await ada.passkeys()).toHaveLength(1)
  })

  test('where an operator demands a second factor anywhere, a password alone adds no passkey beside one, and removes none', async () => {
    const audience = 'https://ledger.example.com'
    await addApi(scene.server, { audience, requiredFactor: 'mfa' })
    const { database } = scene.server.running.installation
    const ada = await scene.person()
    // Who has none yet adds the first.
    await ada.register()
    const [{ id = '' } = {}] = await ada.passkeys()
    const thief = await ada.signIn()
    const refusedActs = [
      await thief.get(`${passkeysPath}/new`),
      await thief.post(`${passkeysPath}/new`, { credential: '{}' }),
      await thief.post(passkeysPath, { passkey: id, act: 'remove' }),
    ]
    for (const { url } of refusedActs) expect(url).toContain(`${path}?step_up=1`)
    expect(await ada.passkeys()).toHaveLength(1)
    const lost = { accountId: ada.accountId, actor: 'cli', losesPasskeys: true } as const
    expect(await database.write((tx) => resetFactors(tx, lost))).toEqual({ hadApp: false, passkeys: 1 })
    expect(await ada.audited('passkey.removed')).toEqual([expect.objectContaining({ passkey: id })])
    await ada.add(thief)
    expect(await ada.passkeys()).toHaveLength(1)
    await updateApi(database, { audience, requiredFactor: 'none' }, 'cli')
    await ada.add(thief)
    expect(await ada.passkeys()).toHaveLength(2)
  })

  test('whoever suspends a passkey by a mail puts no factor of their own in its place where one is demanded; an operator removes it', async () => {
    const ada = await scene.person()
    await ada.register()
    const { accountId } = ada
    const { database } = scene.server.running.installation
    await database.write(async (tx) => {
      await addRole(tx, { accountId, role: 'admin', actor: 'cli' })
      await suspendPasskeys(tx, accountId, { actor: 'anonymous', network: '192.0.2.1', because: 'account_locked' })
    })
    const before = await ada.signIn()
    await requireFactorOfRole(database, { role: 'admin', acr: 'aal2', actor: 'cli' })
    scene.pass(1)
    expect((await before.get('/account/security/totp')).url).toContain(`${path}?step_up=1`)
    expect((await before.get(`${passkeysPath}/new`)).url).toContain(`${path}?step_up=1`)
    const visitor = scene.visitor()
    const page = await begin(visitor, ada)
    expect([new URL(page.url).pathname, page.text.includes('your passkeys are suspended')]).toEqual([path, true])
    expect((await visitor.get('/login/enrol')).url).toContain(path)
    await database.write((tx) => resetFactors(tx, { accountId, actor: 'cli', losesPasskeys: true }))
    expect((await begin(scene.visitor(), ada)).url).toContain('/login/enrol')
    await requireFactorOfRole(database, { role: 'admin', acr: undefined, actor: 'cli' })
  })
})
