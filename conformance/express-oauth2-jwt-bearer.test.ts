import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { type AuthResult, auth, requiredScopes } from 'express-oauth2-jwt-bearer'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addApi } from '../packages/server/testing/test-server.ts'
import { addClient, audience, type RegisteredClient, type Scene, startScene } from './scene.ts'

const hour = 3_600_000
const otherAudience = 'https://invoices.example'

describe('express-oauth2-jwt-bearer', () => {
  let scene: Scene
  let client: RegisteredClient
  let api: Server
  let address: string

  beforeAll(async () => {
    scene = await startScene()
    await addApi(scene.server, { audience: otherAudience, scopes: ['orders:read'] })
    client = await addClient(scene, {
      type: 'confidential',
      redirectUris: [],
      grants: ['client_credentials'],
      scopes: ['orders:read', 'orders:write'],
    })
    const app = express()
    // `strict` asks for what RFC 9068 says of access tokens.
    app.use(auth({ issuerBaseURL: scene.server.issuer, audience, strict: true }))
    app.get('/orders', requiredScopes('orders:read'), (request, response) => {
      // Our own guard declares `auth` of a request, too; the library's is what is there.
      response.json((request.auth as unknown as AuthResult).payload)
    })
    app.use(answerRefusal)
    api = app.listen(0, '127.0.0.1')
    await new Promise((resolve) => api.once('listening', resolve))
    address = `http://127.0.0.1:${(api.address() as AddressInfo).port}/orders`
  })
  afterAll(async () => {
    api?.close()
    await scene?.[Symbol.asyncDispose]()
  })

  async function getToken(more: Record<string, string> = {}): Promise<string> {
    const form = { grant_type: 'client_credentials', scope: 'orders:read', resource: audience, ...more }
    const body = new URLSearchParams({ ...form, client_id: client.clientId, client_secret: client.secret })
    const answer = await fetch(`${scene.server.issuer}/token`, { method: 'POST', body })
    expect(answer.status).toBe(200)
    return ((await answer.json()) as { access_token: string }).access_token
  }

  function call(token: string): Promise<Response> {
    return fetch(address, { headers: { authorization: `Bearer ${token}` } })
  }

  it('RFC 9068 §4: express-oauth2-jwt-bearer accepts our access token', async () => {
    const answer = await call(await getToken())
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ iss: scene.server.issuer, aud: audience, sub: client.clientId })
  })

  it('RFC 8707 §2: express-oauth2-jwt-bearer refuses a token for another API', async () => {
    const answer = await call(await getToken({ resource: otherAudience }))
    expect(answer.status).toBe(401)
    expect(answer.headers.get('www-authenticate')).toContain(`error_description="Unexpected 'aud' value"`)
  })

  it('RFC 9068 §4: express-oauth2-jwt-bearer refuses a token that has expired', async () => {
    scene.server.clock.set(Date.now() - hour)
    const token = await getToken()
    scene.server.clock.set(Date.now())
    const answer = await call(token)
    expect(answer.status).toBe(401)
    expect(answer.headers.get('www-authenticate')).toContain(`error_description="'exp' claim timestamp check failed"`)
  })

  it('RFC 6750 §3.1: express-oauth2-jwt-bearer refuses a token without the scope of the route', async () => {
    const answer = await call(await getToken({ scope: 'orders:write' }))
    expect(answer.status).toBe(403)
    expect(answer.headers.get('www-authenticate')).toContain('error="insufficient_scope"')
  })
})

/** As the library's readme has it: its errors bring a status and the headers of RFC 6750. */
function answerRefusal(
  refusal: { status: number; headers: Record<string, string> },
  _: express.Request,
  response: express.Response,
  __: express.NextFunction,
): void {
  response.status(refusal.status).set(refusal.headers).end()
}
