import type { Config } from '../packages/server/src/config.ts'
import { advanceKeysInUse } from '../packages/server/src/domain/clients/advance-keys-in-use.ts'
import { createClient } from '../packages/server/src/domain/clients/create-client.ts'
import { parseClient } from '../packages/server/src/domain/clients/parse-client.ts'
import { addAccount, addApi, startTestServer, type TestServer } from '../packages/server/testing/test-server.ts'
import { type Visit, Visitor } from '../packages/server/testing/visitor.ts'

export const audience = 'https://orders.example'
export const redirectUri = 'https://app.example/callback'
export const person = { username: 'ada', password: 'a long walk along the river' }

export interface RegisteredClient {
  readonly clientId: string
  /** Empty for a public client. */
  readonly secret: string
}

/** A server with one API and one person, as clients from elsewhere meet it. */
export interface Scene extends AsyncDisposable {
  readonly server: TestServer
  readonly accountId: string
}

/** Starts a server whose clock runs, since clients from elsewhere go by the machine's. */
export async function startScene(issuerPath = '', config: Partial<Config> = {}): Promise<Scene> {
  const server = await startTestServer({ isClockRunning: true, issuerPath, config })
  const accountId = await addAccount(server, person.username, person.password)
  await addApi(server, { audience, name: 'Orders', scopes: ['orders:read', 'orders:write'] })
  return { server, accountId, [Symbol.asyncDispose]: () => server.stop() }
}

/** Registers a client, as the command line does. */
export async function addClient(
  { server }: Scene,
  described: Partial<Parameters<typeof parseClient>[0]> = {},
): Promise<RegisteredClient> {
  const parsed = parseClient({ name: 'Shop', type: 'public', redirectUris: [redirectUri], ...described })
  if (!parsed.ok) throw new Error(parsed.sentence)
  const { database } = server.running.installation
  const { client, secret = '' } = await database.write((tx) => createClient(tx, parsed.client, 'cli'))
  await advanceKeysInUse(server.running.installation)
  return { clientId: client.id, secret }
}

/** Opens an authorization URL, signs in and agrees wherever that is asked for, and stops at what goes back to the client. */
export async function authorize(visitor: Visitor, url: URL): Promise<Visit> {
  let visit = await visitor.get(url.href)
  if (visit.text.includes('name="password"')) visit = await visitor.submit(visit, person)
  if (visit.text.includes('name="decision"')) visit = await visitor.submit(visit, { decision: 'allow' })
  return visit
}

/** Where the client is answered. */
export async function authorizeByRedirect(visitor: Visitor, url: URL): Promise<URL> {
  const { location, status, text } = await authorize(visitor, url)
  if (location === undefined) throw new Error(`no answer to the client: ${status} ${text.slice(-600)}`)
  return new URL(location)
}

export function newVisitor({ server }: Scene): Visitor {
  return new Visitor(new URL(server.issuer).origin)
}
