import type { FastifyRequest } from 'fastify'
import { type Config, ConfigurationError } from './config.ts'
import { listApis } from './domain/apis/create-api.ts'
import { advanceSigningKeys } from './domain/keys/advance-signing-keys.ts'
import { createKeyRing, type KeyRing } from './domain/keys/key-ring.ts'
import { type SigningAlgorithm, signingAlgorithms } from './domain/keys/signing-key.ts'
import { migrations } from './domain/schema/migrations.ts'
import { purgeSessions } from './domain/sessions/end-session.ts'
import { purgeThrottle } from './domain/throttle/purge-throttle.ts'
import { createTokenIssuer, type TokenIssuer } from './domain/tokens/issue-access-token.ts'
import { accountEndpoint } from './endpoints/account/account-endpoint.ts'
import { discoveryEndpoint } from './endpoints/discovery/discovery-endpoint.ts'
import { healthEndpoint } from './endpoints/health/health-endpoint.ts'
import { issuerUrls } from './endpoints/issuer-urls.ts'
import { jwksEndpoint } from './endpoints/jwks/jwks-endpoint.ts'
import { loginEndpoint } from './endpoints/login/login-endpoint.ts'
import { logoutEndpoint } from './endpoints/logout/logout-endpoint.ts'
import { createMetrics, metricsEndpoint } from './endpoints/metrics/metrics-endpoint.ts'
import { type Clock, systemClock } from './platform/clock/clock.ts'
import type { Database } from './platform/database/database.ts'
import { openDatabase } from './platform/database/open-database.ts'
import { createHashQueue, type HashQueue } from './platform/hash-queue/hash-queue.ts'
import { chooseLanguage } from './platform/html/choose-language.ts'
import { pageHeaders } from './platform/html/page-headers.ts'
import { renderErrorPage } from './platform/html/render-error-page.ts'
import { ostiaryTheme } from './platform/html/theme.ts'
import { createHttpServer, type HttpServer, type ProblemPage } from './platform/http/create-http-server.ts'
import type { Problem } from './platform/http/problem.ts'
import type { Log } from './platform/log/create-log.ts'
import { createSealer, type Sealer } from './platform/sealing/sealing.ts'

/** What every command works with: the rooms over one database. */
export interface Rooms {
  readonly config: Config
  readonly clock: Clock
  readonly database: Database
  readonly sealer: Sealer
  readonly keyRing: KeyRing
  readonly tokenIssuer: TokenIssuer
  readonly hashQueue: HashQueue
  close(): Promise<void>
}

export interface RoomOptions {
  readonly clock?: Clock
  readonly log?: Log
}

/**
 * Opens the database, brings its schema up to date and its signing keys to the schedule.
 *
 * @throws ConfigurationError, DatabaseError or SealingError, each with one sentence for the operator.
 */
export async function openRooms(config: Config, { clock = systemClock, log }: RoomOptions = {}): Promise<Rooms> {
  if (config.secrets.length === 0) {
    throw new ConfigurationError(
      'OSTIARY_SECRET',
      `OSTIARY_SECRET is not set and ${config.dataDir} holds no secret. Make one with \`ostiary secret\` and keep it: what it sealed opens with nothing else.`,
    )
  }
  const sealer = createSealer(config.secrets)
  const database = await openDatabase({ url: config.databaseUrl, migrations, clock, ...(log && { log }) })
  try {
    const keyRing = createKeyRing(database, sealer)
    const rooms: Rooms = {
      config,
      clock,
      database,
      sealer,
      keyRing,
      tokenIssuer: createTokenIssuer(config.issuer, keyRing, sealer),
      hashQueue: createHashQueue(),
      close: () => database.close(),
    }
    await advanceKeysInUse(rooms)
    // Opens the private keys, so that a wrong secret is told at the start and not at the first login.
    await keyRing.current()
    return rooms
  } catch (error) {
    await database.close()
    throw error
  }
}

/** Makes, activates and retires signing keys as due, for the algorithms of the registered APIs; the default one always. */
export async function advanceKeysInUse({ database, sealer, clock }: Rooms): Promise<void> {
  const inUse = new Set<string>(['ES256', ...(await listApis(database.read)).map((api) => api.algorithm)])
  const algorithms: SigningAlgorithm[] = signingAlgorithms.filter((algorithm) => inUse.has(algorithm))
  await advanceSigningKeys({ database, sealer, clock }, algorithms)
}

export interface RunningServer {
  /** Where it listens, for example http://127.0.0.1:4000. */
  readonly url: string
  readonly rooms: Rooms
  /** Answers what has been asked, takes nothing new, then closes the database. */
  stop(): Promise<void>
}

const MAINTENANCE_MS = 30_000
/** While it stops, open connections get this long to send what was on its way; each answer tells them to close. */
const DRAIN_MS = 400

/** Starts the authorization server; it listens when this resolves. */
export async function startServer(
  config: Config,
  options: { readonly clock?: Clock; readonly log: Log },
): Promise<RunningServer> {
  const rooms = await openRooms(config, options)
  const state = { stopping: false }
  const server = composeServer(rooms, options.log, state)
  let url: string
  try {
    url = await server.listen({ host: config.host, port: config.port })
  } catch (error) {
    await rooms.close()
    throw error
  }
  const maintenance = setInterval(() => maintain(rooms, options.log), MAINTENANCE_MS)
  maintenance.unref()
  return {
    url,
    rooms,
    async stop() {
      if (state.stopping) return
      state.stopping = true
      clearInterval(maintenance)
      if ((await countConnections(server)) > 0) await new Promise((resolve) => setTimeout(resolve, DRAIN_MS))
      await server.close()
      await rooms.close()
    },
  }
}

function composeServer(rooms: Rooms, log: Log, state: { readonly stopping: boolean }): HttpServer {
  const { config, database, clock, keyRing, hashQueue, tokenIssuer } = rooms
  const urls = issuerUrls(config.issuer)
  const theme = ostiaryTheme
  const metrics = createMetrics(hashQueue)
  const server = createHttpServer({
    log,
    trustedProxies: config.trustedProxies,
    renderProblemPage,
    observe: metrics.observeRequest,
  })
  server.addHook('onSend', async (_, reply) => {
    if (state.stopping) reply.header('connection', 'close')
  })
  server.register(async (room) => discoveryEndpoint(room, urls))
  server.register(async (room) => jwksEndpoint(room, urls, keyRing))
  server.register(async (room) => healthEndpoint(room, { database, keyRing, isStopping: () => state.stopping }))
  server.register(async (room) => metricsEndpoint(room, metrics))
  server.register(async (room) => {
    const { countLogin, countToken } = metrics
    const parameters = config.passwordCost
    loginEndpoint(room, { urls, database, clock, hashQueue, parameters, tokenIssuer, theme, countLogin, countToken })
  })
  server.register(async (room) => logoutEndpoint(room, { urls, database, clock }))
  server.register(async (room) => accountEndpoint(room, { urls, database, clock, theme }))
  return server
}

function renderProblemPage(problem: Problem, incidentId: string, request: FastifyRequest): ProblemPage {
  const language = chooseLanguage(request.headers['accept-language'])
  const html = renderErrorPage({
    status: problem.status,
    // Problems speak English; in another language the page has its own words for the status.
    sentence: language === 'en' ? problem.message : undefined,
    incidentId,
    language,
    theme: ostiaryTheme,
  })
  return { html, headers: pageHeaders(ostiaryTheme) }
}

async function maintain(rooms: Rooms, log: Log): Promise<void> {
  try {
    await advanceKeysInUse(rooms)
    await rooms.database.write(async (tx) => {
      await purgeSessions(tx)
      await purgeThrottle(tx)
    })
  } catch (error) {
    log.error({ error }, 'maintenance failed; it is tried again in half a minute')
  }
}

function countConnections(server: HttpServer): Promise<number> {
  return new Promise((resolve) => server.server.getConnections((error, count) => resolve(error ? 0 : count)))
}
