import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'

/** An OpenID provider that says of its people what a test wants it to say, true or forged. */
export interface ScriptedUpstream extends AsyncDisposable {
  readonly issuer: string
  /** How often its token endpoint was asked. */
  readonly exchanges: () => number
  /** What its token endpoint was sent last. */
  readonly lastForm: () => URLSearchParams
  /** The ID token that a code will be redeemed for. */
  readonly give: (code: string, idToken: string) => void
  /** An ID token signed by its key; claims override the right ones. */
  readonly sign: (claims: JWTPayload) => Promise<string>
  /** One signed by a key that it has never published. */
  readonly forge: (claims: JWTPayload) => Promise<string>
}

export const upstreamClient = { clientId: 'ostiary', clientSecret: 'a secret of the upstream' }

/** Starts one on loopback; `metadata` are added to its own. */
export async function startScriptedUpstream(metadata: object = {}): Promise<ScriptedUpstream> {
  const key = await generateKeyPair('RS256')
  const foreign = await generateKeyPair('RS256')
  const jwks = { keys: [{ ...(await exportJWK(key.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' }] }
  const tokens = new Map<string, string>()
  let exchanges = 0
  let lastForm = new URLSearchParams()
  let issuer = ''
  const server = createServer((request, response) => {
    const answer = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    if (request.url === '/.well-known/openid-configuration') return answer(200, { ...describe(issuer), ...metadata })
    if (request.url === '/jwks') return answer(200, jwks)
    if (request.url !== '/token') return answer(404, {})
    exchanges += 1
    let form = ''
    request.on('data', (chunk) => {
      form += chunk
    })
    return request.on('end', () => {
      lastForm = new URLSearchParams(form)
      const idToken = tokens.get(lastForm.get('code') ?? '')
      if (idToken === undefined) return answer(400, { error: 'invalid_grant' })
      return answer(200, { access_token: 'opaque', token_type: 'Bearer', expires_in: 60, id_token: idToken })
    })
  })
  issuer = await listen(server)
  const signWith = (privateKey: CryptoKey) => (claims: JWTPayload) => {
    const now = Math.floor(Date.now() / 1000)
    const right = { iss: issuer, aud: upstreamClient.clientId, iat: now, exp: now + 60, sub: 'upstream-ada' }
    return new SignJWT({ ...right, preferred_username: 'ada', email: 'ada@example.com', ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: 'one' })
      .sign(privateKey)
  }
  return {
    issuer,
    exchanges: () => exchanges,
    lastForm: () => lastForm,
    give: (code, idToken) => void tokens.set(code, idToken),
    sign: signWith(key.privateKey),
    forge: signWith(foreign.privateKey),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function describe(issuer: string): object {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/jwks`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  }
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
