import { spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import path from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { backUp } from '../../../testing/back-up.ts'
import { forEachDatabase } from '../../../testing/database.ts'
import { testDirectly } from '../../../testing/directly.ts'
import { addAccount, addApi, logIn, startTestServer, type TestServer } from '../../../testing/test-server.ts'
import { listAuditEvents } from '../../domain/audit/list-audit-events.ts'
import { createClient } from '../../domain/clients/create-client.ts'
import { parseClient } from '../../domain/clients/parse-client.ts'
import { rotateRefreshKey } from '../../domain/refresh-keys/rotate-refresh-key.ts'
import { recordRevocations } from '../../domain/revocations/record-revocations.ts'
import { logOutEverywhere } from '../../domain/sessions/log-out-everywhere.ts'

const dyingRefresh = path.join(import.meta.dirname, '../../../testing/dying-refresh.ts')
const audience = 'https://api.example.com'
const person = { username: 'ada', password: 'a long walk along the river' }

interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, string>>
  readonly headers: Headers
}

forEachDatabase('POST /token with grant_type=refresh_token', ({ createUrl }) => {
  const servers: TestServer[] = []
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop()
  })

  async function start(databaseUrl?: string): Promise<TestServer> {
    const server = await startTestServer({ databaseUrl: databaseUrl ?? (await createUrl()) })
    servers.push(server)
    return server
  }

  async function startWithPerson(): Promise<{ server: TestServer; accountId: string }> {
    const server = await start()
    await addApi(server, { audience, scopes: ['orders:read', 'orders:write'] })
    return { server, accountId: await addAccount(server, person.username, person.password) }
  }

  async function open(server: TestServer, more: object = {}): Promise<Readonly<Record<string, string>>> {
    return (await (await logIn(server, { ...person, audience, ...more })).json()) as Readonly<Record<string, string>>
  }

  async function refresh(
    server: TestServer,
    parameters: Readonly<Record<string, string>>,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const body = new URLSearchParams({ grant_type: 'refresh_token', client_id: 'ostiary', ...parameters })
    const response = await fetch(`${server.issuer}/token`, { method: 'POST', body, headers })
    return { status: response.status, body: (await response.json()) as Answer['body'], headers: response.headers }
  }

  /** How often the database was asked while the act ran. */
  async function countAsked(server: TestServer, act: () => Promise<unknown>): Promise<number> {
    const { database } = server.running.installation
    let asked = 0
    const { read, write } = database
    const count = <T>(value: T): T => {
      asked += 1
      return value
    }
    Object.defineProperty(database, 'read', { configurable: true, get: () => count(read) })
    Object.assign(database, { write: (unit: never) => count(write).call(database, unit) })
    try {
      await act()
    } finally {
      Object.defineProperty(database, 'read', { configurable: true, value: read })
      Object.assign(database, { write })
    }
    return asked
  }

  const audited = async (server: TestServer, act: string) =>
    (await listAuditEvents(server.running.installation.database.read, { limit: 200 })).filter(
      (event) => event.act === act,
    )

  test('RFC 6749 §6: a refresh token gives an access token of the same session, and its successor', async () => {
    const { server } = await startWithPerson()
    const { refresh_token: first = '', session_id: sessionId } = await open(server)
    expect(first).toMatch(/^or_[\w-]{80}$/)
    const { status, body, headers } = await refresh(server, { refresh_token: first })
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(body).toMatchObject({ token_type: 'Bearer', session_id: sessionId, scope: 'orders:read orders:write' })
    expect(body.refresh_token).toMatch(/^or_[\w-]{80}$/)
    expect(body.refresh_token).not.toBe(first)
    expect((await refresh(server, { refresh_token: body.refresh_token ?? '' })).status).toBe(200)
  })

  test('100 parallel refreshes of one token: one rotation, 100 working answers with the identical refresh token', async () => {
    const { server } = await startWithPerson()
    const { refresh_token: first = '' } = await open(server)
    const answers = await Promise.all(Array.from({ length: 100 }, () => refresh(server, { refresh_token: first })))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(new Set(answers.map(({ body }) => body.refresh_token)).size).toBe(1)
    expect(new Set(answers.map(({ body }) => body.access_token)).size).toBe(100)
    const metrics = await (await fetch(`${server.running.url}/metrics`)).text()
    expect(metrics).toContain('ostiary_refreshes_total{outcome="rotated"} 1\n')
    expect(metrics).toContain('ostiary_refreshes_total{outcome="repeated"} 99\n')
  })

  test('two servers on one database: parallel refreshes at both make one rotation', async () => {
    const databaseUrl = await createUrl()
    const one = await start(databaseUrl)
    await addApi(one, { audience })
    await addAccount(one, person.username, person.password)
    const other = await startTestServer({ databaseUrl, config: { secrets: one.config.secrets } })
    servers.push(other)
    const { refresh_token: first = '' } = await open(one)
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) => refresh(index % 2 ? one : other, { refresh_token: first })),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(new Set(answers.map(({ body }) => body.refresh_token)).size).toBe(1)
  })

  test('a lost answer is repeated within 30 seconds: the same successor, which works', async () => {
    const { server } = await startWithPerson()
    const { refresh_token: first = '' } = await open(server)
    const lost = await refresh(server, { refresh_token: first })
    server.clock.set(server.clock.now() + 30_000)
    const repeated = await refresh(server, { refresh_token: first })
    expect(repeated.body.refresh_token).toBe(lost.body.refresh_token)
    expect((await refresh(server, { refresh_token: lost.body.refresh_token ?? '' })).status).toBe(200)
  })

  test('RFC 9700 §4.14.2: a replay after that ends this session everywhere, and no other; it is audited', async () => {
    const { server } = await startWithPerson()
    const { refresh_token: first = '', session_id: sessionId = '' } = await open(server)
    const { refresh_token: otherDevice = '' } = await open(server)
    const { body } = await refresh(server, { refresh_token: first })
    server.clock.set(server.clock.now() + 30_001)
    expect(await refresh(server, { refresh_token: first })).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant' },
    })
    expect((await refresh(server, { refresh_token: body.refresh_token ?? '' })).body.error).toBe('invalid_grant')
    expect((await refresh(server, { refresh_token: otherDevice })).status).toBe(200)
    expect(await audited(server, 'session.refresh_reused')).toMatchObject([{ sessionId, outcome: 'refused' }])
    expect(await audited(server, 'session.ended')).toMatchObject([{ sessionId }])
    const log = await (await fetch(`${server.issuer}/revocation-feed/log?after=0`)).text()
    expect(log).toContain('"k":"s"')
  })

  test('forged, cut, foreign and older tokens of another key are refused without asking the database', async () => {
    const { server } = await startWithPerson()
    const { refresh_token: good = '' } = await open(server)
    await refresh(server, { refresh_token: good })
    const bytes = Buffer.from(good.slice(3), 'base64url')
    const forged = Buffer.from(bytes)
    forged.writeUInt32BE(7, 20)
    const checksummed = Buffer.concat([
      forged.subarray(0, 56),
      createHmac('sha256', 'x').update('').digest().subarray(0, 4),
    ])
    const otherKey = Buffer.from(bytes)
    otherKey.write('AAAA', 0, 'base64url')
    const bad: [string, Record<string, string>][] = [
      ['forged', { refresh_token: `or_${forged.toString('base64url')}` }],
      ['forged, with a checksum', { refresh_token: `or_${checksummed.toString('base64url')}` }],
      ['cut', { refresh_token: good.slice(0, -4) }],
      ['without its prefix', { refresh_token: good.slice(3) }],
      ['another client’s', { refresh_token: good, client_id: 'cli_0123456789012345678901' }],
      ['an unknown key’s', { refresh_token: `or_${otherKey.toString('base64url')}` }],
    ]
    for (const [name, parameters] of bad) {
      const asked: number[] = []
      for (let time = 0; time < 5; time++)
        asked.push(
          await countAsked(server, async () => {
            const { status, body } = await refresh(server, parameters)
            expect([name, status, body.error]).toEqual([name, 400, 'invalid_grant'])
          }),
        )
      // What looks after the feed and the keys in the background may ask in between, but hardly each time; an unknown key is looked for.
      expect(Math.min(...asked), name).toBeLessThanOrEqual(name === 'an unknown key’s' ? 2 : 0)
    }
  })

  test('a refresh key that was rotated: old tokens work, and their successors come from the new key', async () => {
    const { server } = await startWithPerson()
    const { refresh_token: first = '' } = await open(server)
    const { database, sealer } = server.running.installation
    const id = await database.write((tx) => rotateRefreshKey(tx, sealer, 'cli'))
    await new Promise((resolve) => setTimeout(resolve, 600))
    const { body } = await refresh(server, { refresh_token: first })
    expect(
      Buffer.from((body.refresh_token ?? '').slice(3), 'base64url')
        .subarray(0, 4)
        .toString('base64url'),
    ).toBe(id)
    expect((await refresh(server, { refresh_token: first })).body.refresh_token).toBe(body.refresh_token)
    expect((await refresh(server, { refresh_token: body.refresh_token ?? '' })).status).toBe(200)
  })

  test('a generation that this database never came to, as after a backup was restored: the session ends, nothing forks', async () => {
    const { server } = await startWithPerson()
    const { refresh_token: first = '', session_id: sessionId } = await open(server)
    const { body } = await refresh(server, { refresh_token: first })
    const ahead = (await refresh(server, { refresh_token: body.refresh_token ?? '' })).body.refresh_token ?? ''
    const { database } = server.running.installation
    await database.write((tx) =>
      tx.sql.withTables<{ session: { generation: number } }>().updateTable('session').set({ generation: 0 }).execute(),
    )
    expect((await refresh(server, { refresh_token: ahead })).body.error).toBe('invalid_grant')
    expect((await refresh(server, { refresh_token: first })).body.error).toBe('invalid_grant')
    expect(await audited(server, 'session.history_lost')).toMatchObject([{ sessionId }])
  })

  test('kill -9 between rotation and answer: the old token works inside the window, and gives the one successor', async () => {
    const url = await createUrl()
    const before = await start(url)
    await addApi(before, { audience })
    await addAccount(before, person.username, person.password)
    const { refresh_token: first = '' } = await open(before)
    await servers.pop()?.stop()
    const child = spawn(process.execPath, ['--no-warnings', dyingRefresh, JSON.stringify(before.config), first], {
      stdio: 'inherit',
    })
    expect(await once(child, 'close')).toEqual([null, 'SIGKILL'])
    const after = await startTestServer({ databaseUrl: url, config: { secrets: before.config.secrets } })
    servers.push(after)
    const { status, body } = await refresh(after, { refresh_token: first })
    expect(status).toBe(200)
    expect(Buffer.from((body.refresh_token ?? '').slice(3), 'base64url').readUInt32BE(20)).toBe(1)
    expect((await refresh(after, { refresh_token: body.refresh_token ?? '' })).status).toBe(200)
  })

  testDirectly(
    'a database restored to an older backup: nobody forks, and a session that went on since is asked to log in',
    async () => {
      const url = await createUrl()
      const first = await start(url)
      await addApi(first, { audience })
      await addAccount(first, person.username, person.password)
      const { refresh_token: stays = '' } = await open(first)
      const { refresh_token: goesOn = '' } = await open(first)
      const second = (await refresh(first, { refresh_token: goesOn })).body.refresh_token ?? ''
      const { secrets } = first.config
      const again = async (databaseUrl: string): Promise<TestServer> => {
        await servers.pop()?.stop()
        const server = await startTestServer({ databaseUrl, config: { secrets } })
        servers.push(server)
        return server
      }
      await servers.pop()?.stop()
      const backup = await backUp(url)
      const going = await again(url)
      const third = (await refresh(going, { refresh_token: second })).body.refresh_token ?? ''
      const fourth = (await refresh(going, { refresh_token: third })).body.refresh_token ?? ''
      expect((await refresh(going, { refresh_token: fourth })).status).toBe(200)
      const restored = await again(backup)
      // Untouched since the backup: still logged in.
      expect((await refresh(restored, { refresh_token: stays })).status).toBe(200)
      // Gone on since: what became of it is unknown, so neither the newest nor the restored one works any more.
      expect((await refresh(restored, { refresh_token: fourth })).body.error).toBe('invalid_grant')
      expect((await refresh(restored, { refresh_token: second })).body.error).toBe('invalid_grant')
    },
  )

  test('a client’s own limits are those of its sessions', async () => {
    const { server } = await startWithPerson()
    const parsed = parseClient({ name: 'Kiosk', type: 'public', grants: ['refresh_token'], idle: '1h', lifetime: '2h' })
    if (!parsed.ok) throw new Error(parsed.sentence)
    const { client } = await server.running.installation.database.write((tx) => createClient(tx, parsed.client, 'cli'))
    const { refresh_token: token = '' } = await open(server, { client_id: client.id })
    server.clock.set(server.clock.now() + 3_600_000)
    expect((await refresh(server, { refresh_token: token, client_id: client.id })).body.error).toBe('invalid_grant')
  })

  test('a session ends when it is not used for 30 days, and after a year whatever happens', async () => {
    const { server } = await startWithPerson()
    const day = 24 * 3_600_000
    const start = server.clock.now()
    let { refresh_token: token = '' } = await open(server)
    const { refresh_token: unused = '' } = await open(server)
    for (let days = 29; days < 365; days += 29) {
      server.clock.set(start + days * day)
      const { status, body } = await refresh(server, { refresh_token: token })
      expect(status).toBe(200)
      token = body.refresh_token ?? ''
    }
    expect((await refresh(server, { refresh_token: unused })).body.error).toBe('invalid_grant')
    server.clock.set(start + 365 * day)
    expect((await refresh(server, { refresh_token: token })).body.error).toBe('invalid_grant')
  })

  test('a session that was ended, by itself or with everything, gives nothing any more', async () => {
    const { server, accountId } = await startWithPerson()
    const { refresh_token: one = '' } = await open(server)
    const { database, clock } = server.running.installation
    await database.write((tx) => logOutEverywhere(tx, accountId, 'cli'))
    expect((await refresh(server, { refresh_token: one })).body.error).toBe('invalid_grant')
    const { refresh_token: two = '' } = await open(server)
    await database.write((tx) => recordRevocations(tx, [{ kind: 'a', moment: clock.now(), forgetAt: 4_000_000_000 }]))
    expect((await refresh(server, { refresh_token: two })).body.error).toBe('invalid_grant')
    const { refresh_token: three = '' } = await open(server)
    expect((await refresh(server, { refresh_token: three })).status).toBe(200)
  })

  describe('errors, RFC 6749 §5.2', () => {
    test.each([
      ['no grant', { grant_type: '' }, 400, 'invalid_request'],
      ['another grant', { grant_type: 'password' }, 400, 'unsupported_grant_type'],
      ['no refresh token', {}, 400, 'invalid_request'],
      ['no client', { client_id: '' }, 401, 'invalid_client'],
      ['NUL in a token', { refresh_token: 'a\0b' }, 400, 'invalid_request'],
      [
        'two targets',
        { refresh_token: 'x', resource: 'https://a.example', audience: 'https://b.example' },
        400,
        'invalid_request',
      ],
    ])('%s', async (_, parameters, status, error) => {
      const server = await start()
      const answer = await refresh(server, parameters as Record<string, string>)
      expect([answer.status, answer.body.error]).toEqual([status, error])
      expect(answer.headers.get('cache-control')).toBe('no-store')
      expect(answer.body.error_description).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/)
    })

    test('a parameter that stands twice', async () => {
      const server = await start()
      const body = 'grant_type=refresh_token&client_id=ostiary&client_id=ostiary&refresh_token=x'
      const headers = { 'content-type': 'application/x-www-form-urlencoded' }
      const response = await fetch(`${server.issuer}/token`, { method: 'POST', body, headers })
      expect([response.status, await response.json()]).toMatchObject([400, { error: 'invalid_request' }])
    })

    test('a scope narrows the access token and not the session, and never widens; another API is no target', async () => {
      const { server } = await startWithPerson()
      const { refresh_token: first = '' } = await open(server, { scope: 'orders:read' })
      const wider = await refresh(server, { refresh_token: first, scope: 'orders:read orders:write' })
      expect([wider.status, wider.body.error]).toEqual([400, 'invalid_scope'])
      const elsewhere = await refresh(server, { refresh_token: first, resource: 'https://other.example' })
      expect([elsewhere.status, elsewhere.body.error]).toEqual([400, 'invalid_target'])
      // Neither has used the token up.
      const { status, body } = await refresh(server, { refresh_token: first, scope: 'orders:read', resource: audience })
      expect([status, body.scope]).toEqual([200, 'orders:read'])
    })
  })

  describe('clients', () => {
    async function register(server: TestServer, type: 'public' | 'confidential', grants = ['refresh_token']) {
      const parsed = parseClient({ name: 'Shop', type, grants })
      if (!parsed.ok) throw new Error(parsed.sentence)
      return server.running.installation.database.write((tx) => createClient(tx, parsed.client, 'cli'))
    }

    test('a public client logs people in and refreshes under its own id', async () => {
      const { server } = await startWithPerson()
      const { client } = await register(server, 'public')
      const { refresh_token: token = '' } = await open(server, { client_id: client.id })
      expect((await refresh(server, { refresh_token: token })).body.error).toBe('invalid_grant')
      const { status, body } = await refresh(server, { refresh_token: token, client_id: client.id })
      expect(status).toBe(200)
      expect(JSON.parse(Buffer.from(body.access_token?.split('.')[1] ?? '', 'base64url').toString())).toMatchObject({
        client_id: client.id,
      })
    })

    test.each(['unknown', 'confidential', 'public without the grant'])(
      'a login for a client that is %s is refused',
      async (kind) => {
        const { server } = await startWithPerson()
        const made = kind === 'confidential' ? register(server, 'confidential') : register(server, 'public', [])
        const id = kind === 'unknown' ? 'cli_nobody' : (await made).client.id
        const response = await logIn(server, { ...person, audience, client_id: id })
        expect([response.status, await response.json()]).toMatchObject([400, { code: 'invalid_client' }])
      },
    )
  })

  test('the refresh token in a cookie: a page of this origin refreshes without seeing it, another site can’t', async () => {
    const { server } = await startWithPerson()
    const response = await logIn(server, { ...person, audience, refresh_in: 'cookie' })
    expect(await response.json()).not.toHaveProperty('refresh_token')
    const setCookie = response.headers.get('set-cookie') ?? ''
    expect(setCookie).toMatch(/^ostiary_refresh=or_[\w-]{80}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Strict$/)
    const cookie = setCookie.split(';')[0] ?? ''
    const foreign = await refresh(server, {}, { cookie, origin: 'https://evil.example' })
    expect(foreign.status).toBe(403)
    const { status, body, headers } = await refresh(server, {}, { cookie, origin: new URL(server.issuer).origin })
    expect(status).toBe(200)
    expect(body).not.toHaveProperty('refresh_token')
    expect(headers.get('set-cookie')).toMatch(/^ostiary_refresh=or_[\w-]{80}; .*SameSite=Strict$/)
    const ended = await refresh(server, {}, { cookie: 'ostiary_refresh=or_bad' })
    expect(ended.headers.get('set-cookie')).toMatch(/^ostiary_refresh=; Path=\/; Max-Age=0;/)
  })

  test('who logs in anew on a page of this origin ends the session that its cookie held, which nobody could end any more', async () => {
    const { server } = await startWithPerson()
    const origin = new URL(server.issuer).origin
    const enter = async (headers: Record<string, string> = {}): Promise<string> => {
      const answer = await logIn(server, { ...person, audience, refresh_in: 'cookie' }, { origin, ...headers })
      expect(answer.status).toBe(200)
      return answer.headers.get('set-cookie')?.split(';')[0] ?? ''
    }
    const first = await enter()
    expect((await logIn(server, { ...person, password: 'not it' }, { origin, cookie: first })).status).toBe(401)
    expect((await logIn(server, { ...person, audience }, { origin, cookie: first })).status).toBe(200)
    expect((await refresh(server, {}, { cookie: first, origin })).status).toBe(200)
    const second = await enter({ cookie: first })
    const [before, after] = [
      await refresh(server, {}, { cookie: first, origin }),
      await refresh(server, {}, { cookie: second, origin }),
    ]
    expect([before.status, before.body.error, after.status]).toEqual([400, 'invalid_grant', 200])
  })

  describe('giving a session up', () => {
    const post = (server: TestServer, path: string, body: object) =>
      fetch(`${server.issuer}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })

    test('POST /logout with a refresh token ends that session and no other; everywhere ends all; twice is no error', async () => {
      const { server } = await startWithPerson()
      const [one, two, three] = [await open(server), await open(server), await open(server)]
      expect((await post(server, '/logout', { refresh_token: one.refresh_token })).status).toBe(204)
      expect((await post(server, '/logout', { refresh_token: one.refresh_token })).status).toBe(204)
      expect((await refresh(server, { refresh_token: one.refresh_token ?? '' })).body.error).toBe('invalid_grant')
      expect((await refresh(server, { refresh_token: two.refresh_token ?? '' })).status).toBe(200)
      expect((await post(server, '/logout', { refresh_token: two.refresh_token, everywhere: true })).status).toBe(204)
      expect((await refresh(server, { refresh_token: three.refresh_token ?? '' })).body.error).toBe('invalid_grant')
      expect(await audited(server, 'session.ended')).toHaveLength(3)
      expect((await post(server, '/logout', { refresh_token: 'or_nothing' })).status).toBe(204)
    })

    test('the button that signs a browser out ends the session in its cookie, whichever client that is of', async () => {
      const { server } = await startWithPerson()
      const parsed = parseClient({ name: 'Shop', type: 'public' })
      if (!parsed.ok) throw new Error(parsed.sentence)
      const { database } = server.running.installation
      const { client } = await database.write((tx) => createClient(tx, parsed.client, 'cli'))
      for (const clientId of ['ostiary', client.id]) {
        const login = await logIn(server, { ...person, audience, client_id: clientId, refresh_in: 'cookie' })
        const cookie = login.headers.get('set-cookie')?.split(';')[0] ?? ''
        const headers = { cookie, accept: 'text/html', origin: new URL(server.issuer).origin }
        const answer = await fetch(`${server.issuer}/logout`, { method: 'POST', headers, redirect: 'manual' })
        expect(answer.headers.getSetCookie()).toContainEqual(expect.stringMatching(/^ostiary_refresh=; .*Max-Age=0/))
        const token = cookie.slice('ostiary_refresh='.length)
        const refreshed = await refresh(server, { client_id: clientId, refresh_token: token })
        expect([clientId, refreshed.status, refreshed.body.error]).toEqual([clientId, 400, 'invalid_grant'])
      }
    })

    test('RFC 7009 §2.1: revoking a refresh token ends its session; another client’s stays', async () => {
      const { server } = await startWithPerson()
      const { refresh_token: token = '', session_id: sessionId } = await open(server)
      const revoke = (client: string) =>
        fetch(`${server.issuer}/revoke`, { method: 'POST', body: new URLSearchParams({ token, client_id: client }) })
      expect((await revoke('cli_nobody')).status).toBe(401)
      const current = (await refresh(server, { refresh_token: token })).body.refresh_token ?? ''
      expect((await revoke('ostiary')).status).toBe(200)
      expect((await refresh(server, { refresh_token: current })).body.error).toBe('invalid_grant')
      expect(await audited(server, 'session.ended')).toMatchObject([{ sessionId, actor: 'client:ostiary' }])
    })
  })
})
