import { createHash, randomBytes } from 'node:crypto'
import { decodeJwt } from 'jose'
import { afterEach, expect, it } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import { type DocumentHost, startDocumentHost } from '../../../testing/document-host.ts'
import { postForm, postJson } from '../../../testing/revoking.ts'
import { goodClaims, makeSigner } from '../../../testing/signer.ts'
import { addAccount, addApi, startTestServer, type TestServer } from '../../../testing/test-server.ts'
import { type Visit, Visitor } from '../../../testing/visitor.ts'
import { purgeDocumentClients } from '../../domain/client-documents/purge-document-clients.ts'
import { findClient } from '../../domain/clients/find-client.ts'

const audience = 'https://mcp.example.com/mcp'
const person = { username: 'ada', password: 'a long walk along the river' }
const redirectUri = 'http://127.0.0.1:33418/callback'
const verifier = randomBytes(32).toString('base64url')
const code_challenge = createHash('sha256').update(verifier).digest('base64url')
/** As long as such paths get: far beyond an id of ours. */
const documentPath = `/oauth/${'a'.repeat(150)}/agent.json`
const draft = 'draft-ietf-oauth-client-id-metadata-document-02'

forEachDatabase('GET /authorize for a client that a document describes', ({ createUrl }) => {
  const stops: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop()
  })

  interface Scene {
    readonly server: TestServer
    readonly host: DocumentHost
    readonly clientId: string
    readonly browser: Visitor
    /** What the document says; `undefined` answers 404. */
    document: object | undefined
    headers: Record<string, string>
    authorize(more?: Record<string, string>): Promise<Visit>
    token(form: Record<string, string>): Promise<{ status: number; body: Record<string, string> }>
  }

  async function start(hosts: readonly string[] = ['*']): Promise<Scene> {
    const host = await startDocumentHost()
    stops.push(() => host.stop())
    const { fetchDocument } = host
    const config = { clientDocumentHosts: hosts }
    const server = await startTestServer({ databaseUrl: await createUrl(), fetchDocument, config })
    stops.push(() => server.stop())
    await addAccount(server, person.username, person.password)
    await addApi(server, { audience, name: 'Notes', scopes: ['notes:read'] })
    const clientId = `${host.origin}${documentPath}`
    const browser = new Visitor(server.issuer)
    const scene: Scene = {
      ...{ server, host, clientId, browser },
      document: {
        client_id: clientId,
        client_name: 'Agent',
        redirect_uris: ['http://127.0.0.1/callback'],
        grant_types: ['authorization_code', 'refresh_token'],
        token_endpoint_auth_method: 'none',
      },
      headers: { 'content-type': 'application/json' },
      authorize(more = {}) {
        const query = new URLSearchParams({
          response_type: 'code',
          client_id: clientId,
          redirect_uri: redirectUri,
          scope: 'notes:read',
          resource: audience,
          code_challenge,
          code_challenge_method: 'S256',
          ...more,
        })
        return browser.get(`/authorize?${query}`)
      },
      async token(form) {
        const body = new URLSearchParams({ client_id: clientId, ...form })
        const response = await fetch(`${server.issuer}/token`, { method: 'POST', body })
        return { status: response.status, body: (await response.json()) as Record<string, string> }
      },
    }
    host.answer = (_, response) =>
      scene.document
        ? response.writeHead(200, scene.headers).end(JSON.stringify(scene.document))
        : response.writeHead(404).end()
    return scene
  }

  async function agree(scene: Scene, page: Visit): Promise<string> {
    const consent = page.text.includes('name="password"') ? await scene.browser.submit(page, person) : page
    expect(consent.text).toContain('name="decision"')
    const { location = '' } = await scene.browser.submit(consent, { decision: 'allow' })
    expect(location.startsWith(`${redirectUri}?`)).toBe(true)
    return new URL(location).searchParams.get('code') ?? ''
  }

  const redeem = (scene: Scene, code: string) =>
    scene.token({ grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: redirectUri })

  it(`${draft} §1: an app that nobody registered signs a person in, refreshes, and is asked about by its host`, async () => {
    const scene = await start()
    const metadata = await (await fetch(`${scene.server.issuer}/.well-known/oauth-authorization-server`)).json()
    expect(metadata).toMatchObject({ client_id_metadata_document_supported: true })
    const login = await scene.authorize()
    const { host } = new URL(scene.clientId)
    expect(login.text).toContain(`Agent (${host})`)
    const code = await agree(scene, login)
    const first = await redeem(scene, code)
    expect(first.status).toBe(200)
    const { aud, client_id } = decodeJwt(first.body.access_token ?? '')
    expect({ aud, client_id }).toEqual({ aud: audience, client_id: scene.clientId })
    // Neither the code nor the refresh asks the document's host again.
    scene.document = undefined
    const { refresh_token = '' } = first.body
    expect((await scene.token({ grant_type: 'refresh_token', refresh_token })).status).toBe(200)
    expect((await scene.authorize()).location).toContain('code=')
    expect(scene.host.asked).toEqual([documentPath])
    expect((await scene.browser.get('/account')).text).toContain(`Agent (${host})`)
    const body = new URLSearchParams({ refresh_token, client_id: scene.clientId })
    const loggedOut = await fetch(`${scene.server.issuer}/logout`, { method: 'POST', body })
    expect(loggedOut.status).toBe(204)
    expect((await scene.token({ grant_type: 'refresh_token', refresh_token })).body.error).toBe('invalid_grant')
  })

  it(`${draft} §4.1: an app with keys in its document proves who it is by private_key_jwt, and is nobody without`, async () => {
    const scene = await start()
    const signer = await makeSigner()
    const { clientId, server } = scene
    scene.document = {
      ...scene.document,
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [signer.publicJwk] },
      scope: `notes:read introspect:${audience} revocations:write`,
    }
    const prove = async () => ({
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await signer.sign(goodClaims(clientId, server.issuer, server.clock.now())),
    })
    const code = await agree(scene, await scene.authorize())
    const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier }
    expect((await scene.token(form)).body.error).toBe('invalid_client')
    const { status, body } = await scene.token({ ...form, ...(await prove()) })
    expect([status, body.scope]).toEqual([200, 'notes:read'])
    const { refresh_token = '', access_token: token = '' } = body
    expect((await scene.token({ grant_type: 'refresh_token', refresh_token })).body.error).toBe('invalid_client')
    const refreshed = await scene.token({ grant_type: 'refresh_token', refresh_token, ...(await prove()) })
    expect(refreshed.status).toBe(200)
    // Doors for clients that the operator has let in.
    const introspected = await postForm(`${server.issuer}/introspect`, { token, ...(await prove()) })
    expect(introspected.status).toBe(401)
    const revoked = await postJson(`${server.issuer}/revocations`, { everything: true, ...(await prove()) })
    expect(revoked.status).toBe(401)
  })

  it('keys are not read from a host that the setting leaves out', async () => {
    const scene = await start(['localhost'])
    const elsewhere = 'https://keys.example.com/jwks'
    scene.document = { ...scene.document, token_endpoint_auth_method: 'private_key_jwt', jwks_uri: elsewhere }
    const page = await scene.authorize()
    expect([page.status, page.text]).toEqual([400, expect.stringContaining('jwks_uri')])
  })

  it('RFC 9700 §2.4: an app that a document describes gets no passwords to see at POST /login', async () => {
    const scene = await start()
    const code = await agree(scene, await scene.authorize())
    expect((await redeem(scene, code)).status).toBe(200)
    const form = new URLSearchParams({ ...person, audience, client_id: scene.clientId })
    const answer = await fetch(`${scene.server.issuer}/login`, { method: 'POST', body: form })
    expect([answer.status, await answer.json()]).toMatchObject([400, { code: 'invalid_parameter' }])
  })

  it('RFC 9126 §2.1: an app that nobody registered may push what it asks for', async () => {
    const scene = await start()
    const parameters = new URLSearchParams({
      ...{ response_type: 'code', client_id: scene.clientId, redirect_uri: redirectUri, scope: 'notes:read' },
      ...{ resource: audience, code_challenge, code_challenge_method: 'S256' },
    })
    const push = async () => {
      const answer = await fetch(`${scene.server.issuer}/par`, { method: 'POST', body: parameters })
      return { status: answer.status, body: (await answer.json()) as Record<string, string> }
    }
    const { status, body } = await push()
    expect(status).toBe(201)
    const query = new URLSearchParams({ client_id: scene.clientId, request_uri: body.request_uri ?? '' })
    const code = await agree(scene, await scene.browser.get(`/authorize?${query}`))
    expect((await redeem(scene, code)).status).toBe(200)
    parameters.set('client_id', `${scene.clientId}.missing`)
    expect((await push()).body.error).toBe('invalid_client')
  })

  it('RFC 9126 §4: a pushed request is dropped when its client has withdrawn the address meanwhile', async () => {
    const scene = await start()
    scene.headers = { ...scene.headers, 'cache-control': 'max-age=60' }
    const parameters = new URLSearchParams({
      ...{ response_type: 'code', client_id: scene.clientId, redirect_uri: redirectUri, scope: 'notes:read' },
      ...{ resource: audience, code_challenge, code_challenge_method: 'S256' },
    })
    const answer = await fetch(`${scene.server.issuer}/par`, { method: 'POST', body: parameters })
    const { request_uri } = (await answer.json()) as { request_uri: string }
    scene.document = { ...scene.document, redirect_uris: ['http://127.0.0.1/elsewhere'] }
    scene.server.clock.set(scene.server.clock.now() + 80_000)
    const page = await scene.browser.get(
      `/authorize?${new URLSearchParams({ client_id: scene.clientId, request_uri })}`,
    )
    expect([page.status, page.location]).toEqual([400, undefined])
  })

  it(`${draft} §4.1: a document that is not sound, or not there, gets a page, and nothing of it is kept`, async () => {
    const scene = await start()
    const good = scene.document
    for (const document of [
      undefined,
      { ...good, client_id: `${scene.host.origin}/other.json` },
      { ...good, client_secret: 's' },
    ]) {
      scene.document = document
      const page = await scene.authorize()
      expect(page.status).toBe(400)
      expect(page.location).toBeUndefined()
      expect(page.text).toContain('client_id')
    }
    const { database } = scene.server.running.installation
    expect(await findClient(database.read, scene.clientId)).toBeUndefined()
    scene.document = good
    expect((await scene.authorize()).text).toContain('name="password"')
    expect((await scene.authorize({ redirect_uri: 'http://127.0.0.1:1/other' })).status).toBe(400)
  })

  it(`${draft} §5: it is read again when it is stale, and other redirect URIs are agreed to anew`, async () => {
    const scene = await start()
    scene.headers = { ...scene.headers, 'cache-control': 'max-age=600' }
    await agree(scene, await scene.authorize())
    scene.server.clock.set(scene.server.clock.now() + 599_000)
    expect((await scene.authorize()).location).toContain('code=')
    expect(scene.host.asked).toHaveLength(1)
    scene.server.clock.set(scene.server.clock.now() + 2000)
    expect((await scene.authorize()).location).toContain('code=')
    expect(scene.host.asked).toHaveLength(2)
    scene.server.clock.set(scene.server.clock.now() + 601_000)
    scene.document = { ...scene.document, redirect_uris: ['http://127.0.0.1/callback', 'https://agent.example.com/'] }
    expect((await scene.authorize()).text).toContain('name="decision"')
  })

  it('no code goes to an address that the document has withdrawn, although the person agreed to the new one', async () => {
    const scene = await start()
    scene.headers = { ...scene.headers, 'cache-control': 'no-cache' }
    const waiting = await scene.authorize()
    const withdrawn = await scene.browser.submit(waiting, person)
    expect(withdrawn.text).toContain('name="decision"')
    scene.document = { ...scene.document, redirect_uris: ['https://agent.example.com/'] }
    scene.server.clock.set(scene.server.clock.now() + 61_000)
    const page = await scene.authorize({ redirect_uri: 'https://agent.example.com/' })
    expect(page.status).toBe(200)
    for (const late of [
      await scene.browser.submit(withdrawn, { decision: 'allow' }),
      await scene.browser.get(withdrawn.url),
    ]) {
      expect([late.status, late.location]).toEqual([400, undefined])
    }
  })

  it('20 requests at once read the document once', async () => {
    const scene = await start()
    const pages = await Promise.all(Array.from({ length: 20 }, () => scene.authorize()))
    expect(pages.every(({ status }) => status === 200)).toBe(true)
    expect(scene.host.asked).toHaveLength(1)
  })

  it('hosts that the setting leaves out describe nobody, and nothing is asked of them', async () => {
    for (const hosts of [[], ['claude.ai', '*.localhost']]) {
      const scene = await start(hosts)
      expect((await scene.authorize()).status).toBe(400)
      expect(scene.host.asked).toEqual([])
      const metadata = await (await fetch(`${scene.server.issuer}/.well-known/oauth-authorization-server`)).json()
      expect(metadata).toMatchObject({ client_id_metadata_document_supported: hosts.length > 0 })
    }
  })

  it('too many documents at once are refused with a time to try again, and the next one is read', async () => {
    const scene = await start()
    const waiting: (() => void)[] = []
    scene.host.answer = (_, response) =>
      waiting.push(() => response.writeHead(200, scene.headers).end(JSON.stringify(scene.document)))
    const client = (n: number) => scene.authorize({ client_id: `${scene.host.origin}/${n}.json` })
    const held = [client(0), client(1), client(2), client(3)]
    await expect.poll(() => waiting.length).toBe(4)
    const refused = await client(4)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '2'])
    for (const answer of waiting) answer()
    expect((await Promise.all(held)).map(({ status }) => status)).toEqual([400, 400, 400, 400])
  })

  it('a client that nobody let in is forgotten a day after its document went stale; another one stays', async () => {
    const scene = await start()
    const { database } = scene.server.running.installation
    const purge = () => database.write((tx) => purgeDocumentClients(tx, 100))
    const isKnown = async () => (await findClient(database.read, scene.clientId)) !== undefined
    const day = 86_400_000
    await scene.authorize()
    scene.server.clock.set(scene.server.clock.now() + day)
    await purge()
    expect(await isKnown()).toBe(true)
    scene.server.clock.set(scene.server.clock.now() + day)
    await purge()
    expect(await isKnown()).toBe(false)
    await agree(scene, await scene.authorize())
    scene.server.clock.set(scene.server.clock.now() + 10 * day)
    await purge()
    expect(await isKnown()).toBe(true)
  })
})
