// oidc-provider with a store in memory, and refresh tokens made as its authorization endpoint would.
import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Adapter, type AdapterPayload, type Client, type Configuration, Provider } from 'oidc-provider'
import { answerBenchmark, peerAudience, peerScopes } from './peer.ts'

const clientId = 'ostiary'
const accountId = 'person-0'
const scope = peerScopes.join(' ')
const lifetimes = { AccessToken: 150, RefreshToken: 86_400, Grant: 86_400 }

/** As its own in-memory store, which keeps a thousand entries and forgets the sessions of 256 connections while they refresh. */
class MapAdapter implements Adapter {
  static readonly #entries = new Map<string, AdapterPayload>()
  readonly #model: string

  constructor(model: string) {
    this.#model = model
  }

  async upsert(id: string, payload: AdapterPayload): Promise<void> {
    MapAdapter.#entries.set(this.#key(id), payload)
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    return MapAdapter.#entries.get(this.#key(id))
  }

  async consume(id: string): Promise<void> {
    const payload = MapAdapter.#entries.get(this.#key(id))
    if (payload) payload.consumed = Math.floor(Date.now() / 1000)
  }

  async destroy(id: string): Promise<void> {
    MapAdapter.#entries.delete(this.#key(id))
  }

  async revokeByGrantId(): Promise<void> {}
  async findByUid(): Promise<undefined> {}
  async findByUserCode(): Promise<undefined> {}

  #key(id: string): string {
    return `${this.#model}:${id}`
  }
}

const configuration: Configuration = {
  adapter: MapAdapter,
  clients: [
    {
      client_id: clientId,
      token_endpoint_auth_method: 'none',
      redirect_uris: ['https://app.example.com/callback'],
      grant_types: ['authorization_code', 'refresh_token'],
      id_token_signed_response_alg: 'ES256',
    },
  ],
  jwks: { keys: [{ ...makeKey(), kid: 'key-1', alg: 'ES256', use: 'sig' }] },
  ttl: lifetimes,
  findAccount: async (_, sub) => ({ accountId: sub, claims: async () => ({ sub }) }),
  rotateRefreshToken: true,
  features: {
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => peerAudience,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        audience: peerAudience,
        scope,
        accessTokenFormat: 'jwt',
        accessTokenTTL: lifetimes.AccessToken,
        jwt: { sign: { alg: 'ES256' } },
      }),
    },
  },
}

const server = createServer()
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
const provider = new Provider(issuer, configuration)
server.on('request', provider.callback())

answerBenchmark(async ({ sessions }) => {
  const client = await provider.Client.find(clientId)
  if (!client) throw new Error('oidc-provider does not know its client')
  const refreshTokens: string[] = []
  for (let count = 0; count < sessions; count += 1) refreshTokens.push(await openSession(client))
  return { url: `${issuer}/token`, clientId, refreshTokens }
})

async function openSession(client: Client): Promise<string> {
  const grant = new provider.Grant({ accountId, clientId })
  grant.addResourceScope(peerAudience, scope)
  const token = new provider.RefreshToken({
    client,
    accountId,
    grantId: await grant.save(),
    gty: 'authorization_code',
    scope,
    resource: peerAudience,
    rotations: 0,
    iiat: Math.floor(Date.now() / 1000),
  })
  return token.save()
}

function makeKey(): object {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' })
}
