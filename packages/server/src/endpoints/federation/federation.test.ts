import type { JWTPayload } from 'jose'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { addUpstream } from '../../../testing/add-upstream.ts'
import { forEachDatabase } from '../../../testing/database.ts'
import { type ScriptedUpstream, startScriptedUpstream, upstreamClient } from '../../../testing/scripted-upstream.ts'
import { addAccount, startTestServer, type TestServer } from '../../../testing/test-server.ts'
import { type Visit, Visitor } from '../../../testing/visitor.ts'
import { listAuditEvents } from '../../domain/audit/list-audit-events.ts'
import { linkIdentity } from '../../domain/federated-identities/link-identity.ts'

const password = 'seven purple umbrellas'
let codes = 0

forEachDatabase('login with an upstream', ({ createUrl }) => {
  let upstream: ScriptedUpstream
  let server: TestServer
  let accountId: string
  let visitor: Visitor

  beforeAll(async () => {
    upstream = await startScriptedUpstream()
    server = await startTestServer({ databaseUrl: await createUrl(), isClockRunning: true })
    accountId = await addAccount(server, 'ada@example.com', password)
    await addUpstream(server, { id: 'work', name: 'Work', issuer: upstream.issuer, ...upstreamClient }, 'secret')
    await link('known')
  })
  afterAll(async () => {
    await server?.stop()
    await upstream?.[Symbol.asyncDispose]()
  })
  beforeEach(() => {
    visitor = new Visitor(server.issuer)
  })

  async function link(subject: string, account = accountId): Promise<void> {
    const { database } = server.running.installation
    const identity = { issuer: upstream.issuer, subject, accountId: account, network: 'unknown' }
    await database.write((tx) => linkIdentity(tx, identity))
  }

  async function begin(fields: Record<string, string> = {}, as = visitor): Promise<URL> {
    return onwardOf(await as.post('/login/upstream/work', fields))
  }

  /** The address that the upstream sends the browser back to, with a code for these claims. */
  async function answer(asked: URL, claims: JWTPayload | string): Promise<string> {
    codes += 1
    const code = `code-${codes}`
    const nonce = asked.searchParams.get('nonce') ?? ''
    upstream.give(code, typeof claims === 'string' ? claims : await upstream.sign({ nonce, ...claims }))
    return callback(asked, { code })
  }

  function lastEvent(act: 'login.refused' | 'login.succeeded' | 'federated_identity.linked') {
    return listAuditEvents(server.running.installation.database.read, { act, limit: 1 })
  }

  it('OpenID Connect Core §3.1.2.1, RFC 7636 §4.3: the upstream is asked for a code, with state, nonce and PKCE', async () => {
    const asked = await begin()
    expect(asked.origin + asked.pathname).toBe(`${upstream.issuer}/authorize`)
    expect(Object.fromEntries(asked.searchParams)).toEqual({
      client_id: 'ostiary',
      response_type: 'code',
      redirect_uri: `${server.issuer}/login/upstream/work/callback`,
      scope: 'openid profile email',
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    })
  })

  it('who is known by issuer and subject is signed in, and goes where they came from', async () => {
    const asked = await begin({ return_to: '/account?x=1' })
    const page = await visitor.get(await answer(asked, { sub: 'known', email: 'changed@example.com' }))
    expect([page.status, page.url]).toEqual([200, `${server.issuer}/account?x=1`])
    expect(page.text).toContain('ada@example.com')
    expect(await lastEvent('login.succeeded')).toMatchObject([
      { actor: `account:${accountId}`, accountId, outcome: 'done', detail: { upstream: 'work' } },
    ])
  })
})

function onwardOf(page: Visit): URL {
  const href = /<a id="onward" href="([^"]+)"/.exec(page.text)?.[1]
  if (href === undefined) throw new Error(`no way on: ${page.status} ${page.text.slice(-600)}`)
  return new URL(href.replaceAll('&amp;', '&'))
}

function callback(asked: URL, parameters: Record<string, string>): string {
  const state = asked.searchParams.get('state') ?? ''
  return `${asked.searchParams.get('redirect_uri')}?${new URLSearchParams({ state, ...parameters })}`
}
