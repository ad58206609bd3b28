import { afterAll, beforeAll, expect, it } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import { addAccount, startTestServer, type TestServer } from '../../../testing/test-server.ts'
import { Visitor } from '../../../testing/visitor.ts'

const password = 'a long walk along the river'

forEachDatabase('how a person gets into their account', ({ createUrl }) => {
  let server: TestServer
  let person: Visitor

  beforeAll(async () => {
    server = await startTestServer({ databaseUrl: await createUrl() })
    await addAccount(server, 'ada', password)
    person = new Visitor(server.issuer)
    await person.submit(await person.get('/login'), { username: 'ada', password })
  })
  afterAll(() => server?.stop())

  it('is a page of sections, in a frame whose navigation tells where one is', async () => {
    const { status, text, headers } = await person.get('/account/security')
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(text).toContain('<li><a href="/account">Overview</a></li>')
    expect(text).toContain('<li><a href="/account/security" aria-current="page">Security</a></li>')
    expect(text).toMatch(
      /<section><h2>Password<\/h2>\n<p class="muted">Set <time [^>]+>just now<\/time><\/p>\n<p><a href="\/account\/security\/password">Change the password<\/a><\/p><\/section>/,
    )
    expect((await person.get('/account/api-keys')).text).toContain('<a href="/account" aria-current="true">')
  })

  it('is shown to nobody else: who is not signed in is led to the login page, and back to it', async () => {
    const stranger = new Visitor(server.issuer)
    const login = await stranger.get('/account/security?x=1')
    expect(login.url).toBe(`${server.issuer}/login?return_to=%2Faccount%2Fsecurity%3Fx%3D1`)
    expect((await stranger.submit(login, { username: 'ada', password })).url).toBe(
      `${server.issuer}/account/security?x=1`,
    )
    const program = await fetch(`${server.issuer}/account/security`, { headers: { accept: 'application/json' } })
    expect(program.status).toBe(401)
  })

  it('is the same as JSON for programs', async () => {
    const { text } = await person.get('/account/security', { accept: 'application/json' })
    expect(JSON.parse(text)).toMatchObject({ password: { set_at: new Date(server.clock.now()).toISOString() } })
  })
})
