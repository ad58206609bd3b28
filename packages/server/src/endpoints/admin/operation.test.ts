import { createGuard } from '@ostiary/guard'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AdminScene } from '../../../testing/admin-scene.ts'
import { forEachDatabase } from '../../../testing/database.ts'
import { addConfidentialClient } from '../../../testing/revoking.ts'
import { addAccount, addApi, logIn } from '../../../testing/test-server.ts'
import { adminPermissionNames } from '../../domain/apis/admin-api.ts'
import { STATISTICS_TOPIC } from '../../domain/statistics/statistics-collector.ts'

const audience = 'https://api.example.com'
const person = { username: 'ada', password: 'a long walk along the river' }

forEachDatabase('keys, revocations, guards, settings and statistics by the Admin API', ({ createUrl }) => {
  let scene: AdminScene
  let token: string
  let accountId: string
  beforeAll(async () => {
    scene = await AdminScene.start({
      databaseUrl: await createUrl(),
      isClockRunning: true,
      config: { logLevel: 'warn', smtpUrl: 'smtp://mailer:hunter2@127.0.0.1:1', sources: { smtpUrl: 'environment' } },
    })
    await addApi(scene.server, { audience })
    accountId = await addAccount(scene.server, person.username, person.password)
    await renew()
  })
  afterAll(() => scene.server.stop())

  const renew = async () => {
    token = await scene.signInAdmin(`root${Math.random().toString(36).slice(2, 8)}`)
  }
  const call = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    scene.call(method, path, { token, body, headers })

  async function signIn(): Promise<{ token: string; sessionId: string }> {
    const answer = (await (await logIn(scene.server, { ...person, audience })).json()) as { access_token: string }
    const claims = JSON.parse(Buffer.from(answer.access_token.split('.')[1] ?? '', 'base64url').toString())
    return { token: answer.access_token, sessionId: claims.sid }
  }

  test('settings tell their value and its source, and no secret', async () => {
    const { status, body } = await call('GET', '/settings')
    expect([status, body.next_cursor]).toEqual([200, null])
    const of = (wanted: string) => body.items.find(({ name }: { name: string }) => name === wanted)
    expect(of('smtpUrl')).toEqual({
      ...{ name: 'smtpUrl', variable: 'OSTIARY_SMTP_URL', value: 'smtp://mailer:***@127.0.0.1:1' },
      ...{ source: 'environment', masked: true },
    })
    expect(of('secrets')).toMatchObject({ value: ['***'], masked: true })
    expect(of('deletionGraceDays')).toMatchObject({ value: 14, source: 'default', masked: false })
    expect(JSON.stringify(body)).not.toContain('hunter2')
    for (const secret of scene.server.config.secrets) expect(JSON.stringify(body)).not.toContain(secret)
  })

  test('keys tell their states and next steps, and are rotated; asking twice changes nothing', async () => {
    const before = (await call('GET', '/keys')).body.items
    const active = before.find((key: { algorithm: string; state: string }) => key.algorithm === 'ES256')
    expect(active).toMatchObject({ state: 'active', next_state: 'retiring' })
    expect(Date.parse(active.next_state_at) - Date.parse(active.state_since)).toBe(90 * 86_400_000)
    expect(active.public_jwk).not.toHaveProperty('d')
    const rotated = await call('POST', '/keys/rotate', { algorithm: 'ES256' })
    const [pending] = rotated.body.items
    expect(pending).toMatchObject({ algorithm: 'ES256', state: 'pending', next_state: 'active' })
    expect((await call('POST', '/keys/rotate', {})).body.items.map(({ kid }: { kid: string }) => kid)).toContain(
      pending.kid,
    )
    const after = (await call('GET', '/keys')).body.items
    expect(after).toHaveLength(before.length + 1)
    const same = after.find(({ kid }: { kid: string }) => kid === active.kid)
    expect(same.next_state_at).toBe(pending.next_state_at)
    expect((await call('POST', '/keys/rotate', { algorithm: 'PS256' })).body.code).toBe('invalid_parameter')
    expect((await call('POST', '/keys/nothing/compromised')).status).toBe(404)
    const replaced = await call('POST', `/keys/${pending.kid}/compromised`)
    expect([replaced.status, replaced.body.of]).toEqual([200, 0])
    const gone = (await call('GET', '/keys')).body.items.find(({ kid }: { kid: string }) => kid === pending.kid)
    expect(gone).toMatchObject({ state: 'retired', next_state: null, next_state_at: null })
  })

  test('what is revoked is in the list, with who revoked what, and guards with a credential confirm it by name', async () => {
    const client = await addConfidentialClient(scene.server, [`introspect:${audience}`])
    const guard = createGuard({
      issuer: scene.server.issuer,
      audience,
      feed: { credential: { clientId: client.id, clientSecret: client.secret }, name: 'orders-1' },
    })
    try {
      const { token: accessToken, sessionId } = await signIn()
      await guard.verify(accessToken)
      const isKnown = async () => (await call('GET', '/guards')).body.items
      await expect.poll(isKnown, { timeout: 10_000 }).toMatchObject([{ name: 'orders-1' }])
      const revoked = await call('POST', '/revocations?wait=5s', { session: sessionId })
      expect([revoked.status, revoked.body]).toMatchObject([200, { confirmed: 1, of: 1, missing: [] }])
      const [latest] = (await call('GET', '/revocations?limit=1')).body.items
      expect(latest).toMatchObject({
        ...{ seq: revoked.body.seq, kind: 's', act: 'session.ended', up_to: null },
        ...{ account_id: accountId, client_id: 'ostiary', session_id: sessionId },
        actor: expect.stringMatching(/^admin:acc_/),
      })
      const asked = await call('GET', `/revocations/${revoked.body.seq}/confirmation?wait=1s`)
      expect(asked.body).toMatchObject({ confirmation: { confirmed: 1, of: 1 }, confirmed_by: ['orders-1'] })
      expect((await call('GET', '/revocations/999999/confirmation')).status).toBe(404)
      expect((await call('GET', '/revocations/last/confirmation')).status).toBe(400)
      const fleet = await call('GET', '/guards?state=live')
      expect(fleet.body).toMatchObject({
        items: [{ name: 'orders-1', client_id: client.id, state: 'live', lag: 0, seq: revoked.body.seq }],
        ...{ feed_seq: revoked.body.seq, unnamed_streams: 0, next_cursor: null },
      })
      const remembered = async () => (await call('GET', '/guards')).body.items[0]?.audit_size
      await expect.poll(remembered, { timeout: 10_000 }).toBeGreaterThan(0)
    } finally {
      guard.close()
    }
    const { clock } = scene.server
    const stateAfter = async (seconds: number) => {
      clock.set(clock.now() + seconds * 1000)
      return (await call('GET', '/guards')).body.items.map(({ state }: { state: string }) => state)
    }
    expect([await stateAfter(20), await stateAfter(50)]).toEqual([['stale'], ['dark']])
  })

  test('what was revoked with all of its client’s, or with everything, has ended and is not listed as live', async () => {
    await renew()
    const [kept, gone] = await Promise.all([
      addConfidentialClient(scene.server, []),
      addConfidentialClient(scene.server, []),
    ])
    const open = async (clientId: string) => (await scene.openSession(accountId, { clientId })).id
    const sessions = {
      kept: await open(kept.id),
      gone: [await open(gone.id), await open(gone.id), await open(gone.id)],
    }
    const live = async (query = '') => {
      const ids: string[] = []
      for (let cursor = ''; ; ) {
        const { body } = await call('GET', `/sessions?live=true&account_id=${accountId}${query}${cursor}`)
        ids.push(...body.items.map(({ id }: { id: string }) => id))
        if (body.next_cursor === null) return ids
        cursor = `&cursor=${body.next_cursor}`
      }
    }
    expect(await live()).toEqual(expect.arrayContaining([sessions.kept, ...sessions.gone]))
    await call('POST', '/revocations', { client: gone.id })
    expect((await live('&limit=1')).filter((id) => [sessions.kept, ...sessions.gone].includes(id))).toEqual([
      sessions.kept,
    ])
    const own = await call('GET', `/accounts/${accountId}/sessions?live=true`)
    expect(own.body.items.map(({ id }: { id: string }) => id)).not.toContain(sessions.gone[0])
    expect((await call('GET', `/sessions/${sessions.gone[0]}`)).body.ended_at).not.toBeNull()
    const again = await open(gone.id)
    expect(await live(`&client_id=${gone.id}`)).toEqual([again])

    await call('POST', '/revocations', { everything: true })
    await renew()
    expect(await live()).toEqual([])
    for (const id of [sessions.kept, again]) {
      const { ended_at } = (await call('GET', `/sessions/${id}`)).body
      expect(Date.parse(ended_at)).toBeGreaterThan(0)
    }
    expect((await call('GET', '/sessions?live=true')).body.items).toHaveLength(1)
  })

  test('each kind of thing is revoked as by command; pages hold each record once', async () => {
    await renew()
    const { token: accessToken } = await signIn()
    const client = await addConfidentialClient(scene.server, [])
    const acts: string[] = []
    for (const body of [{ account: accountId }, { token: accessToken }, { client: client.id }]) {
      const { status, body: answer } = await call('POST', '/revocations', body)
      expect(status).toBe(200)
      const [latest] = (await call('GET', '/revocations?limit=1')).body.items
      expect(latest.seq).toBe(answer.seq)
      acts.push(`${latest.kind} ${latest.act}`)
    }
    expect(acts).toEqual(['u account.logged_out', 'j token.revoked', 'c client.revoked'])
    const first = await call('GET', '/revocations?limit=2')
    const second = await call('GET', `/revocations?limit=2&cursor=${first.body.next_cursor}`)
    const numbers = [...first.body.items, ...second.body.items].map(({ seq }: { seq: number }) => seq)
    expect(numbers).toEqual([0, 1, 2, 3].map((back) => (numbers[0] ?? 0) - back))
    for (const body of [{}, { session: 'a', client: 'b' }, { remove_role: 'admin', session: 'a' }, { color: 'red' }])
      expect((await call('POST', '/revocations', body)).body.code).toBe('invalid_parameter')
    expect((await call('POST', '/revocations', { session: 'nothing' })).body.code).toBe('unknown_target')
    const everything = await call('POST', '/revocations', { everything: true })
    expect(everything.status).toBe(200)
    // Whoever revoked everything is concerned as well.
    expect((await call('GET', '/revocations')).status).toBe(401)
    await renew()
    const [latest] = (await call('GET', '/revocations?limit=1')).body.items
    expect(latest).toMatchObject({ kind: 'a', act: 'everything.revoked', up_to: expect.stringMatching(/Z$/) })
  })

  test('who may revoke takes no role and replaces no key without the permissions for that', async () => {
    const account = await scene.addPermitted('revoker', ['revocations:write'])
    const { token: weak } = await scene.signIn(account.id, adminPermissionNames)
    const send = (body: object) => scene.call('POST', '/revocations', { token: weak, body })
    expect((await send({ account: accountId, remove_role: 'admin' })).body.permission).toBe('roles:write')
    expect((await send({ key: 'nothing' })).body.permission).toBe('keys:write')
    expect((await send({ account: accountId })).status).toBe(200)
  })

  test('statistics tell what all instances did, in sum and step by step', async () => {
    await renew()
    await signIn()
    await logIn(scene.server, { ...person, password: 'wrong', audience })
    await scene.database.write((tx) => tx.announce(STATISTICS_TOPIC))
    const summary = async (period: string) => (await call('GET', `/statistics/summary?period=${period}`)).body
    await expect.poll(async () => (await summary('1h')).logins.refused, { timeout: 5000 }).toBe(1)
    for (const period of ['1h', '24h', '7d', '30d']) {
      const { logins, tokens_issued, requests, revocations, refreshes } = await summary(period)
      expect([logins.succeeded, tokens_issued.password, refreshes.rotated]).toEqual([3, 3, 0])
      expect(requests.count).toBeGreaterThanOrEqual(4)
      expect(requests.p50_ms).toBeGreaterThan(0)
      expect(requests.p99_ms).toBeGreaterThanOrEqual(requests.p50_ms)
      expect(revocations).toBeGreaterThan(0)
    }
    const from = new Date(scene.server.clock.now() - 10 * 60_000).toISOString()
    const series = async (query: string) => call('GET', `/statistics/series?${query}`)
    const { body } = await series(`from=${from}&step=5m`)
    expect(body.step_seconds).toBe(300)
    const sum = body.points.reduce(
      (all: number, point: { logins: { refused: number } }) => all + point.logins.refused,
      0,
    )
    expect([body.points.length, sum]).toEqual([3, 1])
    for (const query of [
      'step=5m',
      `from=${from}`,
      `from=${from}&step=2m`,
      `from=yesterday&step=1h`,
      `from=${from}&step=1m&to=2020-01-01T00:00:00Z`,
      `from=2020-01-01T00:00:00Z&step=1d&to=2020-01-02T00:00:00Z`,
      `from=${new Date(scene.server.clock.now() - 40 * 3_600_000).toISOString()}&step=1m`,
      `from=${from}&from=${from}&step=1m`,
    ])
      expect([query, (await series(query)).status]).toEqual([query, 400])
  })
})
