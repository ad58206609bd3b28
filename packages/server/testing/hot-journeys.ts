import type { RootOperationNode } from 'kysely'
import { AuthorizationScene, addClient, person } from './authorization-scene.ts'
import { type RecordedStatements, recordStatements } from './record-statements.ts'
import { logIn, type TestServerOptions } from './test-server.ts'

/** What people and programs do again and again, and the statements that it runs. */
export interface HotJourney {
  readonly name: string
  readonly statements: readonly RootOperationNode[]
}

const audience = 'https://api.example.com'

/** Goes every hot journey at a server with one account, and records what each asks of the database. */
export async function takeHotJourneys(options: TestServerOptions): Promise<readonly HotJourney[]> {
  const scene = await AuthorizationScene.start(options, { isFirstParty: true })
  try {
    using recorded = recordStatements(scene.server.running.installation.database, { onlyOfRequests: true })
    return await go(scene, recorded)
  } finally {
    await scene.server.stop()
  }
}

async function go(scene: AuthorizationScene, recorded: RecordedStatements): Promise<readonly HotJourney[]> {
  const { server, clientId } = scene
  const journeys: HotJourney[] = []
  const take = (name: string) => void journeys.push({ name, statements: recorded.take() })
  const machine = { type: 'confidential', grants: ['client_credentials'], scopes: ['orders:read'] } as const
  const api = await addClient(server, { type: 'confidential', scopes: [`introspect:${audience}`] })
  const service = await addClient(server, machine)
  recorded.take()

  const login = await logIn(server, { ...person, audience })
  take('login')
  const first = (await login.json()) as { refresh_token: string }
  const refreshForm = { grant_type: 'refresh_token', client_id: 'ostiary', refresh_token: first.refresh_token }
  const refreshed = await expectOk(scene.send('/token', refreshForm))
  take('refresh')
  await expectOk(
    scene.send('/introspect', {
      ...{ client_id: api.id, client_secret: api.secret },
      token: String(refreshed.access_token),
    }),
  )
  take('introspection')
  await expectOk(
    scene.send('/token', { grant_type: 'client_credentials', client_id: service.id, client_secret: service.secret }),
  )
  take('client credentials')
  const { code = '' } = await scene.authorize(scene.url())
  take('sign-in in a browser, and the code')
  const exchanged = await expectOk(scene.exchange(code, { redirect_uri: scene.redirectUri }))
  take('code exchange')
  const page = await scene.browser.get('/account')
  if (page.status !== 200) throw new Error(`the account page answers ${page.status}`)
  take('account page')
  const revoked = await fetch(`${server.issuer}/revoke`, {
    method: 'POST',
    body: new URLSearchParams({ client_id: clientId, token: String(exchanged.refresh_token) }),
  })
  if (revoked.status !== 200) throw new Error(`the revocation endpoint answers ${revoked.status}`)
  take('revocation of a session')
  const loggedOut = await scene.browser.post('/logout', {})
  if (loggedOut.status >= 400) throw new Error(`logout answers ${loggedOut.status}`)
  take('logout in a browser')
  return journeys
}

async function expectOk(answer: ReturnType<AuthorizationScene['send']>): Promise<Readonly<Record<string, unknown>>> {
  const { status, body } = await answer
  if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`)
  return body
}
