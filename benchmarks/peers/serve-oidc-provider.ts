// oidc-provider with a store in memory, and refresh tokens and codes made as its authorization endpoint would.
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Adapter, type AdapterPayload, type Client, type Configuration, Provider } from 'oidc-provider'
import {
  answerBenchmark,
  type LoadKind,
  makeMany,
  peerAudience,
  peerRedirectUri,
  peerScopes,
  renderForm,
} from './peer.ts'

const clientId = 'ostiary'
const machine = { client_id: 'machine', client_secret: randomBytes(32).toString('base64url') }
const accountId = 'person-0'
const scope = peerScopes.join(' ')
const lifetimes = {
  AccessToken: 150,
  AuthorizationCode: 600,
  ClientCredentials: 150,
  RefreshToken: 86_400,
  Grant: 86_400,
}

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
      redirect_uris: [peerRedirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      id_token_signed_response_alg: 'ES256',
    },
    {
      ...machine,
      token_endpoint_auth_method: 'client_secret_post',
      redirect_uris: [],
      response_types: [],
      grant_types: ['client_credentials'],
      id_token_signed_response_alg: 'ES256',
    },
  ],
  jwks: { keys: [{ ...makeKey(), kid: 'key-1', alg: 'ES256', use: 'sig' }] },
  ttl: lifetimes,
  findAccount: async (_, sub) => ({ accountId: sub, claims: async () => ({ sub }) }),
  rotateRefreshToken: true,
  // As ours: a refresh token for each code.
  issueRefreshToken: async () => true,
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true, allowedPolicy: () => true },
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

const makers: Readonly<Record<LoadKind, (client: Client) => Promise<string>>> = {
  refresh_token: async (client) => {
    const token = new provider.RefreshToken(await makeGrant(client))
    return renderForm({ grant_type: 'refresh_token', client_id: clientId, refresh_token: await token.save() })
  },
  client_credentials: async () =>
    renderForm({ grant_type: 'client_credentials', resource: peerAudience, scope, ...machine }),
  authorization_code: async (client) => {
    const verifier = randomBytes(32).toString('base64url')
    const code = new provider.AuthorizationCode({
      ...(await makeGrant(client)),
      redirectUri: peerRedirectUri,
      codeChallenge: createHash('sha256').update(verifier).digest('base64url'),
      codeChallengeMethod: 'S256',
    })
    return renderForm({
      grant_type: 'authorization_code',
      client_id: clientId,
      code: await code.save(),
      redirect_uri: peerRedirectUri,
      code_verifier: verifier,
    })
  },
  // An opaque one: this server does not introspect the JWTs that it issues.
  introspection: async (client) => {
    const token = new provider.AccessToken(await makeGrant(client))
    return renderForm({ token: await token.save(), ...machine })
  },
}

answerBenchmark(async ({ kind, count }) => {
  const client = await provider.Client.find(clientId)
  if (!client) throw new Error('oidc-provider does not know its client')
  const url = `${issuer}/token${kind === 'introspection' ? '/introspection' : ''}`
  return { url, forms: await makeMany(count, () => makers[kind](client)) }
})

async function makeGrant(client: Client) {
  const grant = new provider.Grant({ accountId, clientId })
  grant.addResourceScope(peerAudience, scope)
  const now = Math.floor(Date.now() / 1000)
  const grantId = await grant.save()
  return {
    client,
    accountId,
    grantId,
    gty: 'authorization_code',
    scope,
    resource: peerAudience,
    rotations: 0,
    iiat: now,
  }
}

function makeKey(): object {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' })
}
