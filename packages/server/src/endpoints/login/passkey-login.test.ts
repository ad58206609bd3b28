import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import { optionsIn, PasskeyScene, passkeysPath } from '../../../testing/passkey-scene.ts'
import type { Mischief } from '../../../testing/soft-authenticator.ts'
import { startTestServer } from '../../../testing/test-server.ts'
import { Visitor } from '../../../testing/visitor.ts'
import { disableAccount } from '../../domain/accounts/disable-account.ts'
import { listSessions } from '../../domain/sessions/list-sessions.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'

const sentence = stringsIn('en').passkeys.refused.replaceAll("'", '&#39;')
/** What was refused is forgotten by then. */
const DAY_AND_MORE = 25 * 60

forEachDatabase('a login with a passkey', ({ createUrl }) => {
  let scene: PasskeyScene
  beforeAll(async () => {
    scene = await PasskeyScene.start(await createUrl())
  })
  afterAll(() => scene?.[Symbol.asyncDispose]())

  test.each([
    { name: 'ES256', algorithm: -7, isBackupEligible: false, methods: ['hwk', 'user', 'mfa'] },
    { name: 'EdDSA', algorithm: -8, isBackupEligible: true, methods: ['swk', 'user', 'mfa'] },
    { name: 'RS256', algorithm: -257, isBackupEligible: false, methods: ['hwk', 'user', 'mfa'] },
  ] as const)('WebAuthn §7.2: $name signs in, as $methods', async ({ algorithm, isBackupEligible, methods }) => {
    const ada = await scene.person({ algorithm, isBackupEligible })
    await ada.register()
    const account = await ada.logIn()
    expect([account.status, new URL(account.url).pathname]).toEqual([200, '/account'])
    const { database, clock } = scene.server.running.installation
    const sessions = await listSessions(database.read, ada.accountId, clock.now())
    expect(sessions.map((session) => session.methods)).toContainEqual(methods)
    const [passkey] = await ada.passkeys()
    expect(passkey).toMatchObject({ isBackupEligible, isUserVerified: true, usedAt: clock.now(), signCount: 2 })
    expect(await ada.audited('login.succeeded')).toContainEqual({ passkey: passkey?.id })
  })

  test('an authenticator that does not count signs in again and again', async () => {
    const ada = await scene.person({ doesCount: false })
    await ada.register()
    for (const _ of [1, 2]) expect((await ada.logIn()).status).toBe(200)
  })

  test('it leads back to where it came from, and only on this origin', async () => {
    const ada = await scene.person()
    await ada.register()
    const lead = async (returnTo: string) => {
      const visitor = scene.visitor()
      const credential = ada.authenticator.get(optionsIn(await visitor.get('/login')))
      return new URL((await scene.present(visitor, credential, { return_to: returnTo })).url).pathname
    }
    expect(await lead(passkeysPath)).toBe(passkeysPath)
    expect(await lead('https://evil.example/')).toBe('/account')
  })

  test('WebAuthn §7.2: whatever is wrong with an answer is refused in one sentence, and audited', async () => {
    const [ada, grace] = [await scene.person(), await scene.person()]
    for (const person of [ada, grace]) await person.register()
    const ofGrace = grace.authenticator.passkeys[0]
    if (ofGrace) ada.authenticator.passkeys.unshift(ofGrace)
    const cases: readonly (readonly [string, Mischief, string])[] = [
      ['§7.2 step 11: another type', { type: 'webauthn.create' }, 'wrong_client_data'],
      ['§7.2 step 13: another origin', { origin: 'https://evil.example' }, 'wrong_client_data'],
      ['§7.2 step 13: the origin with another port', { origin: 'http://localhost:1' }, 'wrong_client_data'],
      ['§7.2 step 14: a page of others around it', { crossOrigin: true }, 'wrong_client_data'],
      ['§7.2 step 12: a challenge of others', { challenge: 'AAAA' }, 'wrong_challenge'],
      ['§7.2 step 15: another RP ID', { rpId: 'evil.example' }, 'wrong_authenticator_data'],
      ['§7.2 step 16: nobody present', { isUserPresent: false }, 'wrong_authenticator_data'],
      ['§7.2 step 17: nobody verified', { isUserVerified: false }, 'wrong_authenticator_data'],
      ['§7.2 step 18: backed up and not eligible', { isBackedUp: true }, 'wrong_authenticator_data'],
      ['§7.2 step 19: eligible now', { isBackupEligible: true }, 'wrong_backup_eligibility'],
      ['§7.2 step 21: a signature with a bit changed', { isSignatureTampered: true }, 'wrong_signature'],
      ['§7.2 step 21: the key of another account', { signWith: ofGrace?.id ?? '' }, 'wrong_signature'],
      ['§7.2 step 6: the handle of another account', { userHandle: ofGrace?.userHandle ?? '' }, 'wrong_user_handle'],
      ['§7.2 step 6: no handle', { userHandle: null }, 'wrong_user_handle'],
    ]
    for (const [what, mischief, reason] of cases) {
      scene.pass(DAY_AND_MORE)
      const answer = await ada.logIn(mischief)
      expect([answer.status, answer.text.includes(sentence)], what).toEqual([401, true])
      expect(await scene.lastAudited('login.refused'), what).toEqual({ passkey: true, reason })
    }
    scene.pass(DAY_AND_MORE)
    expect((await ada.logIn()).status).toBe(200)
  })

  test('an unknown passkey and one of a disabled account are refused alike', async () => {
    const [ada, stranger] = [await scene.person(), await scene.person()]
    await ada.register()
    stranger.authenticator.create(JSON.stringify({ user: { id: 'AAAA' }, rp: { id: 'localhost' }, challenge: 'AAAA' }))
    const unknown = await stranger.logIn()
    expect(await scene.lastAudited('login.refused')).toEqual({ passkey: true, reason: 'unknown_passkey' })
    const { database } = scene.server.running.installation
    await database.write((tx) => disableAccount(tx, ada.accountId, 'cli'))
    const disabled = await ada.logIn()
    expect(await ada.audited('login.refused')).toEqual([{ passkey: true, reason: 'disabled_account' }])
    const strip = (text: string) => text.replaceAll(/challenge&quot;:&quot;[\w-]+/g, '')
    expect([disabled.status, strip(disabled.text)]).toEqual([unknown.status, strip(unknown.text)])
    expect(unknown.status).toBe(401)
  })

  test('WebAuthn §13.4.3: a challenge is good once, in its own browser, for five minutes', async () => {
    const ada = await scene.person({ doesCount: false })
    await ada.register()
    const visitor = scene.visitor()
    const credential = ada.authenticator.get(optionsIn(await visitor.get('/login')))
    const elsewhere = scene.visitor()
    await elsewhere.get('/login')
    expect((await scene.present(elsewhere, credential)).status).toBe(401)
    expect((await scene.present(scene.visitor(), credential)).status).toBe(401)
    expect((await scene.present(visitor, credential)).status).toBe(200)
    scene.pass(1)
    expect((await scene.present(visitor, credential)).status).toBe(401)
    expect(await scene.lastAudited('login.refused')).toMatchObject({ reason: 'challenge_over' })
    const late = ada.authenticator.get(optionsIn(await visitor.get('/login?switch=1')))
    scene.pass(5)
    expect((await scene.present(visitor, late)).status).toBe(401)
  })

  test('of 20 parallel uses of one answer one signs in', async () => {
    const ada = await scene.person({ doesCount: false })
    await ada.register()
    const visitor = scene.visitor()
    const credential = ada.authenticator.get(optionsIn(await visitor.get('/login')))
    const visits = await Promise.all(Array.from({ length: 20 }, () => scene.present(visitor, credential)))
    expect(visits.filter(({ url }) => url.endsWith('/account'))).toHaveLength(1)
    expect(visits.filter(({ status }) => status === 401)).toHaveLength(19)
    // One by the password before.
    expect(await ada.audited('login.succeeded')).toHaveLength(2)
  })

  test('WebAuthn §6.1.1: a counter that did not go up suspends the passkey until its person decides', async () => {
    const ada = await scene.person()
    await ada.register()
    expect((await ada.logIn({ signCount: 7 })).status).toBe(200)
    const cloned = await ada.logIn({ signCount: 7 })
    expect([cloned.status, cloned.text.includes(sentence)]).toEqual([401, true])
    const [{ id = '' } = {}] = await ada.passkeys()
    expect(await ada.audited('passkey.suspended')).toEqual([{ passkey: id, expected: 8, presented: 7 }])
    expect((await ada.logIn({ signCount: 9 })).status).toBe(401)
    const visitor = await ada.signIn()
    expect((await visitor.get(passkeysPath)).text).toContain(stringsIn('en').passkeys.suspended)
    await visitor.post(passkeysPath, { passkey: id, act: 'resume' })
    expect((await ada.logIn({ signCount: 3 })).status).toBe(200)
    expect(await ada.audited('passkey.resumed')).toEqual([{ passkey: id }])
  })

  test('a tampered answer with a low counter suspends nothing', async () => {
    const ada = await scene.person()
    await ada.register()
    await ada.logIn({ signCount: 7 })
    expect((await ada.logIn({ signCount: 1, isSignatureTampered: true })).status).toBe(401)
    expect((await ada.passkeys())[0]).toMatchObject({ suspendedAt: undefined })
  })

  test('failures are throttled: 429 with Retry-After, whatever is sent', async () => {
    const ada = await scene.person()
    await ada.register()
    const statuses: number[] = []
    for (let tries = 0; tries < 8; tries += 1) statuses.push((await ada.logIn({ isSignatureTampered: true })).status)
    expect(statuses.slice(0, 5)).toEqual([401, 401, 401, 401, 401])
    expect(statuses.at(-1)).toBe(429)
    const last = await ada.logIn()
    expect([last.status, last.headers.get('retry-after')]).toEqual([429, expect.stringMatching(/^\d+$/)])
    scene.pass(DAY_AND_MORE)
    expect((await ada.logIn()).status).toBe(200)
  })

  test('whatever a browser sends as a credential is refused, never a failure of ours', async () => {
    const ada = await scene.person()
    await ada.register()
    const visitor = scene.visitor()
    for (const spoil of spoilings) {
      scene.pass(DAY_AND_MORE)
      const sent = spoil(JSON.parse(ada.authenticator.get(optionsIn(await visitor.get('/login')))))
      const text = typeof sent === 'string' ? sent : JSON.stringify(sent)
      expect((await scene.present(visitor, text)).status, text.slice(0, 200)).toBe(401)
    }
    expect((await scene.present(visitor, 'A'.repeat(40_000))).status).toBe(400)
    expect((await visitor.post('/login/passkey', {})).status).toBe(400)
    expect(scene.server.logText()).not.toContain('"level":50')
  })

  test('what another site sends is refused', async () => {
    const headers = { 'sec-fetch-site': 'cross-site' }
    expect((await scene.visitor().post('/login/passkey', { credential: '{}' }, headers)).status).toBe(403)
  })
})

interface Credential {
  readonly response: object
}

const respond = (change: object) => (credential: Credential) => ({
  ...credential,
  response: { ...credential.response, ...change },
})

const spoilings: readonly ((credential: Credential) => unknown)[] = [
  () => '',
  () => '{',
  () => 'null',
  () => '[]',
  () => '"text"',
  () => `{"response":${'['.repeat(5000)}`,
  (credential) => JSON.stringify(credential).slice(0, 300),
  (credential) => ({ ...credential, id: 7 }),
  (credential) => ({ ...credential, rawId: 'AAAA' }),
  (credential) => ({ ...credential, id: 'A'.repeat(2000), rawId: 'A'.repeat(2000) }),
  (credential) => ({ ...credential, type: 'password' }),
  (credential) => ({ ...credential, response: null }),
  respond({ clientDataJSON: 'e30' }),
  respond({ clientDataJSON: 'A'.repeat(20_000) }),
  respond({ authenticatorData: '' }),
  respond({ authenticatorData: 'AAAA' }),
  respond({ authenticatorData: 'A'.repeat(9000) }),
  respond({ signature: '!' }),
  respond({ signature: 'AA' }),
  respond({ userHandle: {} }),
]

describe('a server at an IP address', () => {
  test('WebAuthn §5.1.3: offers no passkeys', async () => {
    const server = await startTestServer()
    try {
      const visitor = new Visitor(server.issuer)
      const page = await visitor.get('/login')
      expect(page.text).not.toMatch(/data-passkey|webauthn|<script/)
      expect(page.headers.get('content-security-policy')).not.toContain('script-src')
      expect((await visitor.post('/login/passkey', { credential: '{}' })).status).toBe(404)
    } finally {
      await server.stop()
    }
  })
})
