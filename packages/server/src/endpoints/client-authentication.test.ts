import { afterEach, expect, it } from 'vitest'
import { AuthorizationScene, addClient } from '../../testing/authorization-scene.ts'
import { forEachDatabase } from '../../testing/database.ts'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'

const basic = (credentials: string) => `Basic ${Buffer.from(credentials).toString('base64')}`

forEachDatabase('RFC 6749 §2.3.1: client credentials', ({ createUrl }) => {
  let server: TestServer | undefined
  afterEach(async () => server?.stop())

  const refusals: readonly [title: string, body: Record<string, string>, headers: Record<string, string>][] = [
    ['an id with NUL', { client_id: '\0' }, {}],
    ['a secret with NUL', { client_id: 'ostiary', client_secret: 'a\0b' }, {}],
    ['an id with a control character', { client_id: 'a\u0007b' }, {}],
    ['an id of 10,000 characters', { client_id: 'x'.repeat(10_000) }, {}],
    ['Basic with NUL', {}, { authorization: basic('a\0b:c') }],
    ['Basic with an encoded NUL', {}, { authorization: basic('a%00b:c') }],
    ['Basic with half an encoded character', {}, { authorization: basic('%ff:c') }],
    ['Basic of no credentials', {}, { authorization: 'Basic' }],
    ['Bearer', {}, { authorization: 'Bearer x' }],
  ]

  it('whatever is sent as such is refused as RFC 6749 §5.2 says, at each door that asks for them', async () => {
    server = await startTestServer({ databaseUrl: await createUrl() })
    for (const [title, body, headers] of refusals) {
      for (const path of ['/token', '/revoke', '/introspect']) {
        const form = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'x', token: 'x', ...body })
        const response = await fetch(`${server.issuer}${path}`, { method: 'POST', body: form, headers })
        const { error, code = error } = (await response.json()) as { error?: string; code?: string }
        expect([title, path, response.status >= 400 && response.status < 500]).toEqual([title, path, true])
        expect(['invalid_client', 'invalid_request', 'invalid_parameter']).toContain(code)
      }
    }
  })

  it('RFC 6749 §5.2: a body of another type, encoding or size is refused in the form of OAuth as well', async () => {
    server = await startTestServer({ databaseUrl: await createUrl() })
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    const bodies: readonly [number, string, Record<string, string>][] = [
      [415, 'token=x', { 'content-type': 'text/plain' }],
      [415, 'token=x', { ...form, 'content-encoding': 'gzip' }],
      [413, `token=${'x'.repeat(70_000)}`, form],
      [413, 'x&'.repeat(300), form],
    ]
    for (const path of ['/token', '/par', '/device-authorization', '/revoke', '/introspect', '/userinfo']) {
      for (const [status, body, headers] of bodies) {
        const answer = await fetch(`${server.issuer}${path}`, { method: 'POST', body, headers })
        const said = (await answer.json()) as { error: string; error_description: string }
        expect([path, answer.status, said.error]).toEqual([path, status, 'invalid_request'])
        expect(said.error_description).toMatch(/^\S.*\.$/)
        expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
      }
    }
  })

  it('an empty secret is none, by Basic as in the form: a public client is let in, and a confidential one is not', async () => {
    const scene = await AuthorizationScene.start({ databaseUrl: await createUrl() })
    server = scene.server
    const confidential = await addClient(server, { type: 'confidential', redirectUris: [scene.redirectUri] })
    const ask = async (id: string): Promise<readonly unknown[]> => {
      const form = { grant_type: 'authorization_code', code: 'x', code_verifier: 'x' }
      const { status, body } = await scene.send('/token', form, { authorization: basic(`${id}:`) })
      return [status, body.error]
    }
    expect(await ask(scene.clientId)).toEqual([400, 'invalid_grant'])
    expect(await ask(confidential.id)).toEqual([401, 'invalid_client'])
  })
})
