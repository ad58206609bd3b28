import { afterEach, expect, test } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import { readCode } from '../../../testing/outbox.ts'
import { addAccount, addApi, logIn, startTestServer, type TestServer } from '../../../testing/test-server.ts'
import { findAccountByLoginName } from '../../domain/accounts/find-account-by-login-name.ts'
import { listAuditEvents } from '../../domain/audit/list-audit-events.ts'

const audience = 'https://api.example.com'
const password = 'a long walk along the river'

forEachDatabase('the sessions of one’s own account', ({ createUrl }) => {
  const servers: TestServer[] = []
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop()
  })

  async function start(): Promise<TestServer> {
    const server = await startTestServer({ databaseUrl: await createUrl() })
    servers.push(server)
    await addApi(server, { audience })
    for (const name of ['ada', 'grace']) await addAccount(server, name, password)
    return server
  }

  async function signIn(server: TestServer, username = 'ada'): Promise<string> {
    const body = new URLSearchParams({ username, password })
    const headers = { accept: 'text/html', 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Firefox/143.0' }
    const answer = await fetch(`${server.issuer}/login`, { method: 'POST', body, headers, redirect: 'manual' })
    return answer.headers.get('set-cookie')?.split(';')[0] ?? ''
  }

  interface Shown {
    readonly id: string
    readonly current: boolean
    readonly program: string | null
    readonly client_id: string
  }

  async function list(server: TestServer, cookie: string): Promise<{ status: number; sessions: readonly Shown[] }> {
    const answer = await fetch(`${server.issuer}/account`, { headers: { cookie, accept: 'application/json' } })
    const { sessions = [] } = (await answer.json()) as { sessions?: readonly Shown[] }
    return { status: answer.status, sessions }
  }

  const end = (server: TestServer, cookie: string, which: string, headers: Record<string, string> = {}) =>
    fetch(`${server.issuer}/account/sessions`, {
      method: 'POST',
      headers: { cookie, ...headers },
      body: new URLSearchParams({ end: which }),
      redirect: 'manual',
    })

  test('each is listed with its device, and this one is marked', async () => {
    const server = await start()
    const cookie = await signIn(server)
    await logIn(server, { username: 'ada', password, audience }, { 'user-agent': 'curl/8.14' })
    await signIn(server, 'grace')
    const { sessions } = await list(server, cookie)
    expect(sessions.map(({ program, current }) => [program, current]).sort()).toEqual([
      ['Firefox', true],
      ['curl', false],
    ])
    const page = await (await fetch(`${server.issuer}/account`, { headers: { cookie, accept: 'text/html' } })).text()
    expect(page).toContain('Firefox')
  })

  test.each(['one', 'others', 'all'])(
    '%s: what was asked for in a session that is ended is not done by a mail either',
    async (which) => {
      const server = await start()
      const [owner, stranger] = [await signIn(server), await signIn(server)]
      const asked = await fetch(`${server.issuer}/account/security/email`, {
        ...{ method: 'POST', headers: { cookie: stranger }, redirect: 'manual' },
        body: new URLSearchParams({ email: 'stranger@example.com' }),
      })
      expect(asked.ok).toBe(true)
      const { database, sealer } = server.running.installation
      const { secret } = await readCode({ read: database.read, sealer }, 'stranger@example.com')
      const [target] = (await list(server, stranger)).sessions.filter(({ current }) => current)
      expect((await end(server, owner, which === 'one' ? (target?.id ?? '') : which)).status).toBe(204)
      const body = new URLSearchParams({ secret })
      expect((await fetch(`${server.issuer}/account/email`, { method: 'POST', body })).status).toBe(400)
      expect(await findAccountByLoginName(database.read, 'stranger@example.com')).toBeUndefined()
    },
  )

  test('one ends, then the others, then all; it is audited', async () => {
    const server = await start()
    const [here, there, elsewhere] = [await signIn(server), await signIn(server), await signIn(server)]
    const [target] = (await list(server, there)).sessions.filter(({ current }) => current)
    expect((await end(server, here, target?.id ?? '')).status).toBe(204)
    expect((await list(server, there)).status).toBe(401)
    expect((await list(server, elsewhere)).sessions).toHaveLength(2)
    expect((await end(server, here, 'others')).status).toBe(204)
    expect((await list(server, elsewhere)).status).toBe(401)
    expect((await list(server, here)).sessions).toHaveLength(1)
    expect((await end(server, here, 'all', { accept: 'text/html' })).status).toBe(303)
    expect((await list(server, here)).status).toBe(401)
    const events = await listAuditEvents(server.running.installation.database.read, { limit: 100 })
    expect(events.filter(({ act }) => act === 'session.ended')).toHaveLength(3)
  })

  test('another account’s session stays, and another site ends nothing', async () => {
    const server = await start()
    const [mine, hers] = [await signIn(server), await signIn(server, 'grace')]
    const [target] = (await list(server, hers)).sessions
    expect((await end(server, mine, target?.id ?? '')).status).toBe(204)
    expect((await list(server, hers)).status).toBe(200)
    expect((await end(server, hers, 'all', { origin: 'https://evil.example' })).status).toBe(403)
    expect((await list(server, hers)).status).toBe(200)
    expect((await end(server, hers, 'x')).status).toBe(400)
  })
})
