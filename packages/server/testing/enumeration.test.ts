import { Writable } from 'node:stream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { EmailFlowDeps } from '../src/endpoints/email-flow-deps.ts'
import { issuerUrls } from '../src/endpoints/issuer-urls.ts'
import { recoveryEndpoint } from '../src/endpoints/recovery/recovery-endpoint.ts'
import { ostiaryTheme } from '../src/platform/html/theme.ts'
import { createHttpServer, type HttpServer } from '../src/platform/http/create-http-server.ts'
import { createLog } from '../src/platform/log/create-log.ts'
import { countWork } from './count-work.ts'
import { forEachDatabase } from './database.ts'
import { addAccount, startTestServer, type TestServer } from './test-server.ts'

const password = 'seven purple umbrellas'
const DAY_MS = 86_400_000

interface Door {
  readonly name: string
  readonly path: string
  /** Bodies that may differ in nothing that can be seen: of an account first, then of nobody. */
  readonly bodies: readonly Readonly<Record<string, string>>[]
}

const doors: readonly Door[] = [
  {
    name: 'recovery',
    path: '/recover',
    bodies: [{ login: 'ada' }, { login: 'ada@example.com' }, { login: 'nobody' }, { login: 'nobody@example.com' }],
  },
]

forEachDatabase('who may be known from outside', ({ createUrl }) => {
  let server: TestServer
  let counted: ReturnType<typeof countWork>
  let http: HttpServer

  beforeAll(async () => {
    server = await startTestServer({ databaseUrl: await createUrl() })
    await addAccount(server, 'ada', password, 'ada@example.com')
    const { installation } = server.running
    counted = countWork(installation)
    http = createHttpServer({
      log: createLog('error', new Writable({ write: (_chunk, _encoding, done) => done() })),
      trustedProxies: [],
      renderProblemPage: () => ({ html: '', headers: {} }),
      errorPageUrl: (code) => code,
      observe: () => undefined,
    })
    const { sealer } = installation
    const { database, hashQueue } = counted
    const urls = issuerUrls(server.issuer)
    const deps: EmailFlowDeps = {
      ...{ database, hashQueue, sealer, urls },
      clock: server.clock,
      theme: ostiaryTheme,
      countLogin: () => undefined,
    }
    recoveryEndpoint(http, deps)
    await http.ready()
  })
  afterAll(async () => {
    await http?.close()
    await server?.stop()
  })

  test.each(doors)(
    'OWASP ASVS 5.0 6.3.8: $name answers for an account and for nobody alike, with the same work',
    async ({ path, bodies }) => {
      const seen: object[] = []
      for (const payload of bodies) {
        server.clock.set(server.clock.now() + DAY_MS)
        counted.take()
        const answer = await http.inject({ method: 'POST', url: path, payload })
        const body = answer.body.replace(/[\w-]{22}/, 'ID').replace(/"expires_at":"[^"]+"/, '')
        seen.push({ status: answer.statusCode, body, work: counted.take() })
      }
      expect(seen).toEqual(seen.map(() => seen[0]))
      expect(seen[0]).toMatchObject({ status: 202, work: { writes: 1 } })
    },
  )
})
