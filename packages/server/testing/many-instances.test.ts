import { createGuard, type Guard } from '@ostiary/guard'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { verifyEmail } from '../src/domain/accounts/verify-email.ts'
import { changeApi } from '../src/domain/apis/change-api.ts'
import type { AuditedAct } from '../src/domain/audit/audit-event.ts'
import { listAuditEvents } from '../src/domain/audit/list-audit-events.ts'
import { endClient } from '../src/domain/clients/end-client.ts'
import { rotateClientSecret } from '../src/domain/clients/rotate-client-secret.ts'
import { rotateRefreshKey } from '../src/domain/refresh-keys/rotate-refresh-key.ts'
import { revoke } from '../src/domain/revocation-acts/revoke.ts'
import { recordRevocations } from '../src/domain/revocations/record-revocations.ts'
import { logOutEverywhere } from '../src/domain/sessions/log-out-everywhere.ts'
import { createWebhook } from '../src/domain/webhooks/change-webhook.ts'
import { addUpstream } from './add-upstream.ts'
import { databaseUnderTest } from './database.ts'
import { createDpopClient } from './dpop-client.ts'
import { addAuthenticator } from './factor-scene.ts'
import { InstancesScene, type JsonAnswer } from './instances-scene.ts'
import { LogoutReceiver } from './logout-receiver.ts'
import { openStream } from './open-stream.ts'
import { optionsIn } from './passkey-scene.ts'
import { startScriptedUpstream, upstreamClient } from './scripted-upstream.ts'
import { audience, challenge, redirectUri, verifier } from './server-processes.ts'
import { SoftAuthenticator } from './soft-authenticator.ts'
import { addAccount, addApi } from './test-server.ts'
import { callback, onwardOf } from './upstream-journey.ts'
import { WebhookReceiver } from './webhook-receiver.ts'

const HOUR_MS = 3_600_000
const CLOCKS_MS = [0, 2 * HOUR_MS, -2 * HOUR_MS, 90_000]
const password = 'seven purple umbrellas'
const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code'

describe('four instances whose clocks are hours apart, behind a balancer without stickiness', () => {
  const { createUrl } = databaseUnderTest('postgresql', { isEmpty: true })
  let scene: InstancesScene
  let people = 0
  const closing: (() => PromiseLike<void> | void)[] = []

  beforeAll(async () => {
    scene = await InstancesScene.start(await createUrl(), CLOCKS_MS)
    await addApi(scene.asServer, { audience, scopes: ['orders:read'] })
  })
  afterAll(async () => {
    for (const close of closing.splice(0)) await close()
    await scene?.[Symbol.asyncDispose]()
  })

  const database = () => scene.installation.database
  const countAudited = async (act: AuditedAct) => (await listAuditEvents(database().read, { act, limit: 100 })).length

  async function addPerson(): Promise<{ id: string; username: string; email: string }> {
    const username = `person${++people}`
    const email = `${username}@example.com`
    return { id: await addAccount(scene.asServer, username, password, email), username, email }
  }

  async function logIn(username: string, base?: string): Promise<Record<'access_token' | 'refresh_token', string>> {
    const { status, body } = await scene.post('/login', { username, password, audience }, {}, base)
    expect(status).toBe(200)
    return body as Record<'access_token' | 'refresh_token', string>
  }

  const refresh = (refresh_token: string, base?: string) =>
    scene.post('/token', { grant_type: 'refresh_token', client_id: 'ostiary', refresh_token }, {}, base)

  const toRequest = (client_id: string, more: Record<string, string> = {}) => ({
    ...{ response_type: 'code', client_id, redirect_uri: redirectUri, resource: audience, scope: 'openid orders:read' },
    ...{ code_challenge: challenge, code_challenge_method: 'S256', ...more },
  })

  const redeem = (client_id: string, location: string | undefined) => {
    const code = new URL(location ?? '').searchParams.get('code') ?? ''
    const form = { grant_type: 'authorization_code', client_id, redirect_uri: redirectUri, code }
    return scene.post('/token', { ...form, code_verifier: verifier })
  }

  test('started at once on an empty database, they have made each key and one code of the first run, once', async () => {
    for (const act of ['signing_key.created', 'refresh_key.created', 'setup.code_issued'] as const)
      expect([act, await countAudited(act)]).toEqual([act, 1])
    const codes = scene.processes.printed.map((text) => /Code {3}([A-Z]{4}(-[A-Z]{4}){3})$/m.exec(text)?.[1])
    expect(codes).toEqual(Array(4).fill(expect.stringMatching(/./)))
    expect(new Set(codes).size).toBe(1)
    const published = await Promise.all(
      scene.processes.urls.map(async (url) => (await fetch(`${url}/.well-known/jwks.json`)).text()),
    )
    expect(new Set(published).size).toBe(1)
    const feeds = await Promise.all(
      scene.processes.urls.map(async (url) => {
        const stream = await openStream(`${url}/revocation-feed?after=0`)
        const { data } = await stream.until(({ name }) => name === 'heartbeat')
        stream.close()
        return decodeJwt(data)
      }),
    )
    expect(new Set(feeds.map(({ fid }) => fid)).size).toBe(1)
  })

  test('they have one time, and each tells how far its machine is from it', async () => {
    const differences = await Promise.all(
      scene.processes.urls.map(async (url) => {
        const metrics = await (await fetch(`${url}/metrics`)).text()
        return Number(/^ostiary_clock_difference_seconds (.+)$/m.exec(metrics)?.[1])
      }),
    )
    // Not -0.
    expect(differences.map((seconds) => Math.round(seconds / 30) + 0)).toEqual([0, 240, -240, 3])
    const warned = scene.processes.printed.map((text) => text.includes('the clocks of this machine'))
    expect(warned).toEqual([false, true, true, true])
    const { username } = await addPerson()
    const before = Date.now()
    const logins = await Promise.all(scene.processes.urls.map((url) => logIn(username, url)))
    for (const { access_token } of logins) {
      const seconds = Number(decodeJwt(access_token).iat)
      expect(seconds).toBeGreaterThanOrEqual(Math.floor(before / 1000) - 1)
      expect(seconds).toBeLessThanOrEqual(Date.now() / 1000 + 1)
    }
  })

  test('a login goes on from one to the next: password, second factor, consent, code, tokens, refreshes', async () => {
    const { id, username } = await addPerson()
    const authenticator = await addAuthenticator(scene.asServer, id)
    const client = await scene.addClient({ redirectUris: [redirectUri] })
    const before = scene.balancer.served
    const visitor = scene.visitor()
    const query = new URLSearchParams(toRequest(client.id, { scope: 'openid offline_access orders:read' }))
    let visit = await visitor.get(`/authorize?${query}`)
    visit = await visitor.submit(visit, { username, password })
    visit = await visitor.submit(visit, { code: authenticator.code() })
    visit = await visitor.submit(visit, { decision: 'allow' })
    let answer = await redeem(client.id, visit.location)
    for (let round = 0; round < 4; round += 1) {
      expect(answer).toMatchObject({ status: 200, body: { refresh_token: expect.stringMatching(/^or_/) } })
      const form = { grant_type: 'refresh_token', client_id: client.id, refresh_token: answer.body.refresh_token ?? '' }
      answer = await scene.post('/token', form)
    }
    expect(decodeJwt(answer.body.access_token ?? '')).toMatchObject({ sub: id, acr: 'aal2' })
    expect(scene.balancer.served.filter((count, index) => count === before[index])).toEqual([])
  })

  test('a login with a provider elsewhere goes out from one and comes back to another', async () => {
    const upstream = await startScriptedUpstream()
    closing.push(() => upstream[Symbol.asyncDispose]())
    const { clientId, clientSecret } = upstreamClient
    const work = { id: 'work', name: 'Work', issuer: upstream.issuer, clientId, opensAccounts: true }
    await addUpstream(scene.asServer, work, clientSecret)
    for (let round = 0; round < 4; round += 1) {
      const visitor = scene.visitor()
      // So that each round begins at another one.
      await visitor.get('/login')
      const asked = onwardOf(await visitor.post('/login/upstream/work', {}))
      const claims = { sub: `elsewhere${round}`, preferred_username: `elsewhere${round}`, email: undefined }
      const nonce = asked.searchParams.get('nonce')
      upstream.give(`code${round}`, await upstream.sign({ ...claims, nonce }))
      const page = await visitor.get(callback(asked, { code: `code${round}`, iss: upstream.issuer }))
      expect([page.status, page.url]).toEqual([200, expect.not.stringContaining('/callback')])
    }
  })

  test('RFC 8628, RFC 9126: codes of a device and requests that were pushed are known to all', async () => {
    const { username } = await addPerson()
    const grants = ['authorization_code', DEVICE_GRANT]
    const client = await scene.addClient({ redirectUris: [redirectUri], isFirstParty: true, grants })
    const visitor = scene.visitor()
    await visitor.submit(await visitor.get('/login'), { username, password })
    const asked = await scene.post('/device-authorization', { client_id: client.id, scope: 'orders:read' })
    const page = await visitor.post('/device', { user_code: asked.body.user_code ?? '' })
    await visitor.submit(page, { decision: 'allow' })
    const poll = { grant_type: DEVICE_GRANT, client_id: client.id, device_code: asked.body.device_code ?? '' }
    expect((await scene.post('/token', poll)).status).toBe(200)
    const pushed = await scene.post('/par', toRequest(client.id))
    const query = new URLSearchParams({ client_id: client.id, request_uri: pushed.body.request_uri ?? '' })
    expect((await redeem(client.id, (await visitor.get(`/authorize?${query}`)).location)).status).toBe(200)
  })

  test('a recovery and a passkey are begun at one and finished at others; each mail is sent once', async () => {
    const { id, username, email } = await addPerson()
    await database().write((tx) => verifyEmail(tx, id, { actor: 'cli' }))
    const visitor = scene.visitor()
    const asked = await visitor.submit(await visitor.get('/recover'), { login: username })
    const choosing = await visitor.submit(asked, { code: await scene.takeMailedCode(email) })
    const done = await visitor.submit(choosing, { password: 'nine amber lanterns' })
    expect([done.status, new URL(done.url).pathname]).toEqual([200, '/account'])
    const authenticator = new SoftAuthenticator({ origin: scene.issuer })
    const path = '/account/security/passkeys/new'
    const made = await visitor.post(path, { credential: authenticator.create(optionsIn(await visitor.get(path))) })
    expect(made.status).toBe(200)
    const other = scene.visitor()
    const credential = authenticator.get(optionsIn(await other.get('/login')))
    expect(new URL((await other.post('/login/passkey', { credential })).url).pathname).toBe('/account')
    // The code, that a new password was set, and that there is a passkey.
    await scene.mails.untilCame(3)
    const ids = scene.mails.mails.map(({ source }) => /^Message-ID: (.+)$/im.exec(source)?.[1])
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('failed logins that are spread over them are counted together', async () => {
    const { username } = await addPerson()
    const statuses: number[] = []
    // Of one's own count the first refusal would come after 24: five are free at each, and it waits after the next.
    while (statuses.at(-1) !== 429 && statuses.length < 24)
      statuses.push((await scene.post('/login', { username, password: 'wrong', audience })).status)
    expect(statuses.at(-1)).toBe(429)
    expect(statuses.length).toBeLessThan(20)
  })

  test('what was changed at one counts at all others with the next request', async () => {
    const grants = ['client_credentials']
    const client = await scene.addClient({ type: 'confidential', grants, scopes: ['orders:read'] })
    const ask = (secret: string, more = {}) =>
      scene.postToAll('/token', {
        ...{ grant_type: 'client_credentials', client_id: client.id, client_secret: secret, resource: audience },
        ...more,
      })
    const statuses = (answers: readonly JsonAnswer[]) => [...new Set(answers.map(({ status }) => status))]
    expect(statuses(await ask(client.secret))).toEqual([200])
    const rotated = await database().write((tx) => rotateClientSecret(tx, client.id, { overlapMilliseconds: 0 }, 'cli'))
    const secret = rotated.ok ? rotated.secret : ''
    expect([statuses(await ask(client.secret)), statuses(await ask(secret))]).toEqual([[401], [200]])

    await database().write((tx) => changeApi(tx, { audience, lifetimeSeconds: 77 }, 'cli'))
    const lifetimes = (await ask(secret)).map(({ body }) => decodeJwt(body.access_token ?? ''))
    expect(lifetimes.map(({ iat, exp }) => Number(exp) - Number(iat))).toEqual(Array(4).fill(77))

    // The first of its algorithm: its key is made with it.
    const sums = 'https://sums.example.com'
    await addApi(scene.asServer, { audience: sums, scopes: ['orders:read'], algorithm: 'EdDSA' })
    const issued = await ask(secret, { resource: sums })
    const kids = issued.map(({ body }) => decodeProtectedHeader(body.access_token ?? '').kid)
    for (const url of scene.processes.urls)
      expect(await (await fetch(`${url}/.well-known/jwks.json`)).text()).toContain(String(kids[0]))
    expect(new Set(kids).size).toBe(1)

    await database().write((tx) => endClient(tx, client.id, 'cli'))
    expect(statuses(await ask(secret))).toEqual([401])
  })

  test('a refresh token of a key that was made a moment ago is good everywhere', async () => {
    const { username } = await addPerson()
    const { sealer } = scene.installation
    for (let round = 0; round < 3; round += 1) {
      await Promise.all(
        scene.processes.urls.map(async (url) => refresh((await logIn(username, url)).refresh_token, url)),
      )
      await database().write((tx) => rotateRefreshKey(tx, sealer, 'cli'))
      const logins = await Promise.all(scene.processes.urls.map((url) => logIn(username, url)))
      const answers = logins.map(({ refresh_token }, index) =>
        refresh(refresh_token, scene.processes.urls[(index + 1) % CLOCKS_MS.length]),
      )
      expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200, 200, 200])
    }
  })

  test('RFC 9449: who tries once more with the nonce of the answer gets a token; of 40 uses of a proof one is good', async () => {
    const client = await scene.addClient({
      type: 'confidential',
      grants: ['client_credentials'],
      scopes: ['orders:read'],
    })
    const key = await createDpopClient()
    const form = {
      ...{ grant_type: 'client_credentials', client_id: client.id, client_secret: client.secret, resource: audience },
    }
    const prove = (nonce?: string) => key.prove({ url: `${scene.issuer}/token`, now: Date.now(), nonce })
    const first = await scene.post('/token', form, { dpop: await prove() })
    expect(first.body.error).toBe('use_dpop_nonce')
    let nonce = first.headers.get('dpop-nonce') ?? ''
    for (let round = 0; round < 4; round += 1) {
      const { status, headers } = await scene.post('/token', form, { dpop: await prove(nonce) })
      expect(status).toBe(200)
      nonce = headers.get('dpop-nonce') ?? ''
    }
    const dpop = await prove(nonce)
    const uses = await Promise.all(Array.from({ length: 40 }, () => scene.post('/token', form, { dpop })))
    expect(uses.filter(({ status }) => status === 200)).toHaveLength(1)
  })

  describe('four guards, each at another instance', () => {
    let guards: readonly Guard[]
    let subject: { id: string; username: string }
    beforeAll(async () => {
      guards = CLOCKS_MS.map(() => createGuard({ issuer: scene.issuer, audience }))
      closing.push(...guards.map((guard) => () => guard.close()))
      subject = await addPerson()
      const { access_token } = await logIn(subject.username)
      for (const guard of guards) await guard.verify(access_token)
    })

    const judge = (token: string) =>
      Promise.all(
        guards.map((guard) =>
          guard.verify(token).then(
            () => 'accepted',
            ({ code }) => code,
          ),
        ),
      )
    const accepted = Array(4).fill('accepted')
    const revoked = Array(4).fill('token_revoked')

    test('refuse what was revoked at any, and take what any issues after it, whatever its clock says', async () => {
      for (const [index, url] of scene.processes.urls.entries()) {
        const tokens = await Promise.all(scene.processes.urls.map((at) => logIn(subject.username, at)))
        for (const { access_token } of tokens) expect(await judge(access_token)).toEqual(accepted)
        const { access_token = '', refresh_token = '' } = tokens[index] ?? {}
        const form = { token: refresh_token, client_id: 'ostiary' }
        expect((await scene.post('/revoke', form, {}, url)).status).toBe(200)
        await expect.poll(() => judge(access_token), { interval: 10, timeout: 30_000 }).toEqual(revoked)
      }
      const before = await logIn(subject.username)
      await database().write((tx) => logOutEverywhere(tx, subject.id, 'cli'))
      await revoke({ ...scene.installation, issuer: scene.issuer }, { kind: 'client', id: 'ostiary' }, 'cli')
      await expect.poll(() => judge(before.access_token), { interval: 10, timeout: 30_000 }).toEqual(revoked)
      for (const url of scene.processes.urls)
        expect(await judge((await logIn(subject.username, url)).access_token)).toEqual(accepted)
    })

    test('hear of a revocation that nobody announces', async () => {
      const { access_token } = await logIn(subject.username)
      const { sid = '', exp = 0 } = decodeJwt<{ sid: string }>(access_token)
      await database().write((tx) =>
        recordRevocations({ ...tx, announce: async () => {} }, [{ kind: 's', identifier: sid, forgetAt: exp + 60 }]),
      )
      await expect.poll(() => judge(access_token), { interval: 10, timeout: 30_000 }).toEqual(revoked)
    })

    test('take what is signed in place of a compromised key as soon as anybody signs it', async () => {
      const before = await logIn(subject.username)
      const { kid = '' } = decodeProtectedHeader(before.access_token)
      await revoke({ ...scene.installation, issuer: scene.issuer }, { kind: 'key', id: kid }, 'cli')
      const published = await Promise.all(
        scene.processes.urls.map(async (url) => (await fetch(`${url}/.well-known/jwks.json`)).text()),
      )
      expect(published.filter((jwks) => jwks.includes(kid))).toEqual([])
      await expect.poll(() => judge(before.access_token), { interval: 10, timeout: 30_000 }).not.toContain('accepted')
      for (const url of scene.processes.urls)
        expect(await judge((await logIn(subject.username, url)).access_token)).toEqual(accepted)
    })
  })

  test('a message to a webhook and a notice of a logout are sent by one of them', async () => {
    const events = await WebhookReceiver.start()
    const notices = await LogoutReceiver.start()
    closing.push(
      () => events[Symbol.asyncDispose](),
      () => notices[Symbol.asyncDispose](),
    )
    const { sealer } = scene.installation
    const webhook = { url: events.url, description: '', events: ['session.*'] }
    await database().write((tx) => createWebhook(tx, sealer, webhook, 'cli'))
    const client = await scene.addClient({
      ...{ redirectUris: [redirectUri], isFirstParty: true, backchannelLogoutUri: notices.uri },
    })
    const { id, username } = await addPerson()
    for (let round = 0; round < 5; round += 1) {
      const visitor = scene.visitor()
      await visitor.submit(await visitor.get('/login'), { username, password })
      const visit = await visitor.get(`/authorize?${new URLSearchParams(toRequest(client.id))}`)
      expect((await redeem(client.id, visit.location)).status).toBe(200)
    }
    await database().write((tx) => logOutEverywhere(tx, id, 'cli'))
    await notices.untilCame(5)
    await expect.poll(() => countAudited('logout_notice.delivered'), { timeout: 30_000 }).toBe(5)
    await expect.poll(() => waiting(), { timeout: 30_000 }).toEqual(['0', '0'])
    expect(notices.tokens).toHaveLength(5)
    const ids = events.messages.map(({ headers }) => headers['webhook-id'])
    expect(ids.length).toBeGreaterThanOrEqual(10)
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('one that stops under load is missed by nobody: no request fails, and guards go on elsewhere', async () => {
    const { username } = await addPerson()
    const guard = createGuard({ issuer: scene.issuer, audience })
    closing.push(() => guard.close())
    await guard.verify((await logIn(username)).access_token)
    const client = await scene.addClient({
      ...{ type: 'confidential', grants: ['client_credentials'], scopes: ['orders:read'] },
    })
    const form = {
      ...{ grant_type: 'client_credentials', client_id: client.id, client_secret: client.secret, resource: audience },
    }
    const statuses: number[] = []
    let isOver = false
    const load = Array.from({ length: 4 }, async () => {
      while (!isOver) statuses.push((await scene.post('/token', form)).status)
    })
    for (const index of [0, 1]) {
      expect(await scene.processes.end(index, 'SIGTERM')).toBe(0)
      expect(scene.balancer.up[index]).toBe(false)
      await scene.processes.serveOne(index)
      await expect.poll(() => scene.balancer.up[index], { timeout: 30_000 }).toBe(true)
    }
    isOver = true
    await Promise.all(load)
    expect(scene.balancer.failures).toEqual([])
    expect(new Set(statuses)).toEqual(new Set([200]))
    const { access_token } = await logIn(username)
    const { sid = '', exp = 0 } = decodeJwt<{ sid: string }>(access_token)
    await database().write((tx) => recordRevocations(tx, [{ kind: 's', identifier: sid, forgetAt: exp + 60 }]))
    const isRefused = () =>
      guard.verify(access_token).then(
        () => false,
        ({ code }) => code === 'token_revoked',
      )
    await expect.poll(isRefused, { interval: 10, timeout: 30_000 }).toBe(true)
  })

  /** How many mails and messages still wait. */
  async function waiting(): Promise<readonly (string | undefined)[]> {
    const metrics = await (await fetch(`${scene.processes.urls[0]}/metrics`)).text()
    const names = ['ostiary_mails_waiting', 'ostiary_webhook_messages_waiting']
    return names.map((name) => new RegExp(`^${name} (\\d+)$`, 'm').exec(metrics)?.[1])
  }
})
