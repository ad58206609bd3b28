import type { FastifyRequest } from 'fastify'
import { type Config, ConfigurationError } from './config.ts'
import { createOutdatedClaimsSettler } from './domain/accounts/create-outdated-claims-settler.ts'
import { KeySets } from './domain/assertions/key-sets.ts'
import type { AssertionDeps } from './domain/assertions/verify-assertion.ts'
import { withAuditOrigin } from './domain/audit/audit-origin.ts'
import { AuditTreeKeeper } from './domain/audit-tree/audit-tree-keeper.ts'
import { AuditVerification } from './domain/audit-tree/audit-verification.ts'
import { ClientDocuments } from './domain/client-documents/client-documents.ts'
import { ensureConsoleClient } from './domain/clients/console-client.ts'
import { ProofVerifier } from './domain/dpop/proof-verifier.ts'
import { listKeyAges } from './domain/keys/list-signing-keys.ts'
import { LogoutNoticeDelivery } from './domain/logout-notices/logout-notice-delivery.ts'
import { countWaitingMails } from './domain/mails/count-waiting-mails.ts'
import { MAIL_TOPIC } from './domain/mails/leave-mail.ts'
import { MailDelivery } from './domain/mails/mail-delivery.ts'
import { FeedFollower } from './domain/revocations/feed-follower.ts'
import { holdCheckpoints } from './domain/revocations/hold-checkpoints.ts'
import { listLivingGuards, listRecentGuards } from './domain/revocations/list-guards.ts'
import { ensureAdminApi } from './domain/roles/ensure-admin-api.ts'
import { findLiveSessions } from './domain/statistics/read-statistics.ts'
import { StatisticsCollector } from './domain/statistics/statistics-collector.ts'
import { parseNetwork } from './domain/throttle/parse-network.ts'
import { UpstreamClients } from './domain/upstreams/upstream-clients.ts'
import { countWaitingDeliveries } from './domain/webhook-outbox/deliveries.ts'
import { countDisabledWebhooks } from './domain/webhooks/count-disabled-webhooks.ts'
import { WebhookDelivery } from './domain/webhooks/webhook-delivery.ts'
import { accountEndpoint } from './endpoints/account/account-endpoint.ts'
import { passwordSection } from './endpoints/account/password-section.ts'
import { upstreamsSection } from './endpoints/account/upstreams-section.ts'
import { accountCredentialsEndpoint } from './endpoints/account-credentials/account-credentials-endpoint.ts'
import { emailSection } from './endpoints/account-credentials/email-section.ts'
import { usernameSection } from './endpoints/account-credentials/username-section.ts'
import { accountLockEndpoint } from './endpoints/account-lock/account-lock-endpoint.ts'
import { adminEndpoint } from './endpoints/admin/admin-endpoint.ts'
import { auditLogEndpoint } from './endpoints/audit-log/audit-log-endpoint.ts'
import { authorizationEndpoint } from './endpoints/authorization/authorization-endpoint.ts'
import { pushedAuthorizationEndpoint } from './endpoints/authorization/pushed-authorization-endpoint.ts'
import { consoleEndpoint } from './endpoints/console/console-endpoint.ts'
import { devOutboxEndpoint } from './endpoints/dev-outbox/dev-outbox-endpoint.ts'
import { deviceAuthorizationEndpoint } from './endpoints/device-authorization/device-authorization-endpoint.ts'
import { deviceVerificationEndpoint } from './endpoints/device-verification/device-verification-endpoint.ts'
import { discoveryEndpoint } from './endpoints/discovery/discovery-endpoint.ts'
import type { VerifyHuman } from './endpoints/email-flow-deps.ts'
import { emailLoginEndpoint } from './endpoints/email-login/email-login-endpoint.ts'
import { endSessionEndpoint } from './endpoints/end-session/end-session-endpoint.ts'
import { errorsEndpoint } from './endpoints/errors/errors-endpoint.ts'
import { factorsEndpoint } from './endpoints/factors/factors-endpoint.ts'
import { factorsSection } from './endpoints/factors/factors-section.ts'
import { federationEndpoint } from './endpoints/federation/federation-endpoint.ts'
import { Drain } from './endpoints/health/drain.ts'
import { healthEndpoint } from './endpoints/health/health-endpoint.ts'
import { WaitingServer } from './endpoints/health/waiting-server.ts'
import { introspectionEndpoint } from './endpoints/introspection/introspection-endpoint.ts'
import { invitationEndpoint } from './endpoints/invitation/invitation-endpoint.ts'
import { issuerUrls } from './endpoints/issuer-urls.ts'
import { jwksEndpoint } from './endpoints/jwks/jwks-endpoint.ts'
import { loginEndpoint } from './endpoints/login/login-endpoint.ts'
import { logoutEndpoint } from './endpoints/logout/logout-endpoint.ts'
import {
  createMetrics,
  type FeedFigures,
  type Metrics,
  type MetricsDeps,
  metricsEndpoint,
} from './endpoints/metrics/metrics-endpoint.ts'
import { organizationsEndpoint } from './endpoints/organizations/organizations-endpoint.ts'
import { passkeysEndpoint } from './endpoints/passkeys/passkeys-endpoint.ts'
import { passkeysSection } from './endpoints/passkeys/passkeys-section.ts'
import { recoveryEndpoint } from './endpoints/recovery/recovery-endpoint.ts'
import { registrationEndpoint } from './endpoints/registration/registration-endpoint.ts'
import { revocationEndpoint } from './endpoints/revocation/revocation-endpoint.ts'
import { FeedStreams } from './endpoints/revocation-feed/feed-streams.ts'
import { revocationFeedEndpoint } from './endpoints/revocation-feed/revocation-feed-endpoint.ts'
import { revocationsEndpoint } from './endpoints/revocations/revocations-endpoint.ts'
import { secondFactorEndpoint } from './endpoints/second-factor/second-factor-endpoint.ts'
import type { SecuritySection } from './endpoints/security-section.ts'
import { setupEndpoint } from './endpoints/setup/setup-endpoint.ts'
import { signUpEndpoint } from './endpoints/sign-up/sign-up-endpoint.ts'
import { tokenEndpoint } from './endpoints/token/token-endpoint.ts'
import { userinfoEndpoint } from './endpoints/userinfo/userinfo-endpoint.ts'
import { verifyHumanByUrl } from './endpoints/verify-human-by-url.ts'
import { type Installation, openInstallation } from './installation.ts'
import { listSettings } from './list-settings.ts'
import { startMaintenance } from './maintenance.ts'
import { Admission, type AdmissionLimits } from './platform/admission/admission.ts'
import { type Clock, systemClock } from './platform/clock/clock.ts'
import type { Database } from './platform/database/database.ts'
import { observeWrites } from './platform/database/observe-writes.ts'
import { chooseLanguage } from './platform/html/choose-language.ts'
import { pageHeaders } from './platform/html/page-headers.ts'
import { renderErrorPage } from './platform/html/render-error-page.ts'
import type { Theme } from './platform/html/theme.ts'
import type { ProblemPage } from './platform/http/answer-problems.ts'
import { countWholeRequests } from './platform/http/count-whole-requests.ts'
import { createHttpServer, type HttpServer } from './platform/http/create-http-server.ts'
import type { Problem } from './platform/http/problem.ts'
import type { Log } from './platform/log/create-log.ts'
import { parseSmtpUrl } from './platform/mail/parse-smtp-url.ts'
import { createSmtpTransport } from './platform/mail/smtp-transport.ts'
import { type FetchPublicDocument, fetchPublicDocument } from './platform/public-fetch/fetch-public-document.ts'
import { startTracing, type Tracing } from './platform/tracing/start-tracing.ts'

export type { VerifyHuman } from './endpoints/email-flow-deps.ts'

/** Where who is invited opens an account: an invitation's secret is added. */
export function invitationUrl(issuer: string): string {
  return issuerUrls(issuer).signUpAccountUrl
}

/** Where the code of the first run is entered. */
export function setupUrl(issuer: string): string {
  return issuerUrls(issuer).setupUrl
}

export interface RunningServer {
  /** Where it listens, for example http://127.0.0.1:4000. */
  readonly url: string
  readonly installation: Installation
  /**
   * Answers what has been asked, takes nothing new, then closes the database.
   *
   * @param drainMilliseconds how long open connections get to send what is on its way. Default: 400.
   */
  stop(drainMilliseconds?: number): Promise<void>
}

/** What stands on `/account/security`, in its order. */
const securitySections: readonly SecuritySection[] = [
  usernameSection,
  emailSection,
  passwordSection,
  passkeysSection,
  factorsSection,
  upstreamsSection,
]

/** Meanwhile each answer tells its connection to close. */
const DRAIN_MS = 400
/** What has not been answered by then, for want of the rest of its request, is cut off. */
const LONGEST_STOP_MS = 5000
/** What has come whole waits for a core, or for the database: so long at most. */
const LONGEST_ANSWER_MS = 30_000

export interface ServerOptions {
  readonly clock?: Clock
  /** How many processes do the same on this machine. Default: 1. */
  readonly processes?: number
  readonly log: Log
  readonly fetchDocument?: FetchPublicDocument
  /** Shows mails at `/dev/outbox`, to this machine, where no SMTP server is set. Only for development: whoever reads mails is whoever they like. */
  readonly showsOutbox?: boolean
  /** Says whether a person signs up, recovers or asks for a code. Absent: `OSTIARY_VERIFY_HUMAN_URL` does, if it is set. */
  readonly verifyHuman?: VerifyHuman
}

/** Starts the authorization server; it listens when this resolves. */
export async function startServer(config: Config, options: ServerOptions): Promise<RunningServer> {
  const tracing = await startTracing(config.tracing, options.log)
  try {
    return await startTraced(config, options, tracing)
  } catch (error) {
    await tracing.stop()
    throw error
  }
}

async function startTraced(config: Config, options: ServerOptions, tracing: Tracing): Promise<RunningServer> {
  const waiting = new WaitingServer(config)
  const opened = await openInstallation(config, { ...options, onMigrating: () => waiting.openSoon() }).finally(() =>
    waiting.close(),
  )
  const database = observeWrites(opened.database, (seconds) => metrics.observeWrite(seconds))
  const installation = { ...opened, database }
  await opened.database.write((tx) => ensureConsoleClient(tx, config.issuer))
  await ensureAdminApi(opened.database, { requiredAcr: config.adminFactor === 'required' ? 'aal2' : undefined })
  const drain = new Drain()
  const running: { server?: HttpServer } = {}
  const admission = new Admission(admissionLimits(database))
  const auditTree = new AuditTreeKeeper({ ...installation, log: options.log })
  const feed = createFeed(installation, options.log, auditTree)
  const { clientDocumentHosts: hosts } = config
  const { fetchDocument = fetchPublicDocument, log } = options
  const verifyHuman = options.verifyHuman ?? verifierOf(config, log)
  const clients = new ClientDocuments({ ...installation, log, fetchDocument, hosts })
  const notices = new LogoutNoticeDelivery({ ...installation, issuer: config.issuer, log })
  const { clock } = installation
  const statistics = new StatisticsCollector({ database, clock, log })
  const findConnections = () => running.server?.connections
  const metrics = createServerMetrics(installation, { feed, statistics, auditTree, admission, findConnections })
  const settler = createOutdatedClaimsSettler({ database, log })
  const assertions = { issuer: config.issuer, database, clock, keySets: new KeySets({ clock, log, fetchDocument }) }
  const { webhooksDangerouslyReachPrivateNetworks: reachesPrivateNetworks } = config
  const webhooks = new WebhookDelivery({ ...installation, ...metrics, reachesPrivateNetworks, log })
  const showsOutbox = options.showsOutbox === true && config.smtpUrl === undefined
  const server = composeServer(installation, {
    log,
    drain,
    admission,
    feed,
    auditTree,
    clients,
    assertions,
    metrics,
    showsOutbox,
    verifyHuman,
  })
  running.server = server
  const countWhole = countWholeRequests(server)
  let url: string
  try {
    await auditTree.start()
    await feed.follower.start()
    url = await server.listen({ host: config.host, port: config.port })
  } catch (error) {
    await feed.follower.stop()
    await auditTree.stop()
    await installation.close()
    throw error
  }
  notices.start()
  webhooks.start()
  settler.start()
  statistics.start()
  const stopMails = startMails(installation, { log, metrics, isShown: showsOutbox })
  const stopMaintenance = startMaintenance(installation, options.log)
  return {
    url,
    installation,
    async stop(drainMilliseconds = DRAIN_MS) {
      if (drain.isStopping) return
      await drain.begin(drainMilliseconds, () => countConnections(server))
      // Guards come back at once: not before the balancer leads them elsewhere.
      feed.streams.close()
      feed.stopping.abort()
      await closeServer(server, countWhole)
      await Promise.all([notices.stop(), webhooks.stop(), stopMaintenance()])
      await settler.stop()
      await stopMails()
      await statistics.stop()
      await feed.follower.stop()
      await auditTree.stop()
      await installation.close()
      await tracing.stop()
    },
  }
}

/** Why these: docs/decisions/0070-overload.md. */
function admissionLimits({ dialect }: Database): AdmissionLimits {
  // A refresh waits for a connection behind whoever has asked for one before. SQLite works for one after the other, and writes for many at once.
  const atWork = dialect === 'sqlite' ? 64 : 16
  return {
    prompt: 2048,
    feed: { atWork, waiting: 2048 },
    ordinary: { atWork, waiting: 512 },
    // They leave when all is read that their hash needs, and wait for it in a line of its own: beyond so few at once they would only wait here for what refreshes need.
    hashing: { atWork: dialect === 'sqlite' ? 64 : 4, waiting: 256 },
  }
}

function createServerMetrics(
  { config, database, clock, hashQueue }: Installation,
  {
    feed,
    statistics,
    auditTree,
    ...load
  }: {
    readonly feed: Feed
    readonly statistics: StatisticsCollector
    readonly auditTree: AuditTreeKeeper
  } & Pick<MetricsDeps, 'admission' | 'findConnections'>,
): Metrics {
  const { revocationFeedPath, revocationsPath, adminPath } = issuerUrls(config.issuer)
  const waiting = [revocationFeedPath, revocationsPath, adminPath]
  return createMetrics({
    hashQueue,
    ...load,
    databaseConnections: database.connections,
    statistics,
    feed: feedFigures({ database, clock }, feed),
    outboxes: {
      countWaitingMails: () => countWaitingMails(database.read),
      countWaitingDeliveries: () => countWaitingDeliveries(database.read),
      countDisabledWebhooks: () => countDisabledWebhooks(database.read),
    },
    installation: {
      findLiveSessions: () => findLiveSessions(database.read, clock.now()),
      listKeyAges: () => listKeyAges(database.read, clock.now()),
      findClockDifference: () => (systemClock.now() - clock.now()) / 1000,
    },
    findAuditFigures: () => auditTree.state(),
    isWaiting: (route) => waiting.some((path) => route.startsWith(path)),
  })
}

function verifierOf({ verifyHumanUrl }: Config, log: Log): VerifyHuman | undefined {
  return verifyHumanUrl === undefined ? undefined : verifyHumanByUrl(verifyHumanUrl, log)
}

/** Begins to send mails; or, where there is no server for them, to tell so when there is a first one. Returns how to stop. */
function startMails(
  installation: Installation,
  { log, metrics, isShown }: { readonly log: Log; readonly metrics: Metrics; readonly isShown: boolean },
): () => Promise<void> {
  const { smtpUrl, mailFrom: from, theme } = installation.config
  if (smtpUrl === undefined) return isShown ? async () => {} : warnOfUnsentMails(installation.database, log)
  const parsed = parseSmtpUrl(smtpUrl)
  if (!parsed.ok) throw new ConfigurationError('OSTIARY_SMTP_URL', `OSTIARY_SMTP_URL ${parsed.what}.`)
  const transport = createSmtpTransport(parsed.server)
  const { countMail } = metrics
  const delivery = new MailDelivery({ ...installation, theme, from, transport, countMail, log })
  delivery.start()
  return () => delivery.stop()
}

function warnOfUnsentMails(database: Database, log: Log): () => Promise<void> {
  const stopListening = database.onAnnounced(MAIL_TOPIC, () => {
    stopListening()
    log.warn(
      'a mail is to be sent, and OSTIARY_SMTP_URL is not set: mails are kept until they expire, and nobody gets them',
    )
  })
  return async () => stopListening()
}

interface Feed {
  readonly follower: FeedFollower
  readonly streams: FeedStreams
  /** Ends what waits for guards. */
  readonly stopping: AbortController
}

function createFeed({ config, database, clock, keyRing }: Installation, log: Log, auditTree: AuditTreeKeeper): Feed {
  const findCheckpoint = () => auditTree.state().checkpoint
  const follower = new FeedFollower({ issuer: config.issuer, database, clock, keyRing, log, findCheckpoint })
  return { follower, streams: new FeedStreams(follower), stopping: new AbortController() }
}

function feedFigures(
  { database, clock }: Pick<Installation, 'database' | 'clock'>,
  { follower, streams }: Feed,
): FeedFigures {
  return {
    get streams() {
      return streams.count
    },
    get cutOff() {
      return streams.cutOff
    },
    get sequence() {
      return follower.position.sequence
    },
    async listLags() {
      const guards = await listLivingGuards(database.read, clock.now())
      return guards.map((guard) => Math.max(0, follower.position.sequence - guard.sequence))
    },
  }
}

interface ServerParts {
  readonly log: Log
  readonly drain: Drain
  readonly admission: Admission
  readonly feed: Feed
  readonly auditTree: AuditTreeKeeper
  readonly clients: ClientDocuments
  readonly assertions: AssertionDeps
  readonly metrics: Metrics
  readonly showsOutbox: boolean
  readonly verifyHuman: VerifyHuman | undefined
}

function composeServer(installation: Installation, parts: ServerParts): HttpServer {
  const { log, drain, admission, feed, auditTree, clients, assertions, metrics, showsOutbox, verifyHuman } = parts
  const { config, database, clock, keyRing, refreshKeys, hashQueue, standings, tokenIssuer, auditSigner } = installation
  const urls = issuerUrls(config.issuer)
  const { theme } = config
  const auditVerification = new AuditVerification({
    ...{ database, clock, auditSigner, log, stopping: feed.stopping.signal },
    listHeld: async () => holdCheckpoints(await listRecentGuards(database.read)),
  })
  const server = createHttpServer({
    log,
    admission,
    standings,
    partyOf: (request) => parseNetwork(request.ip),
    hasPlaceForHash: (party) => hashQueue.hasPlaceFor(party),
    trustedProxies: config.trustedProxies,
    renderProblemPage: (problem, incidentId, request) => renderProblemPage(problem, incidentId, request, theme),
    errorPageUrl: (code) => `${urls.errorsUrl}/${code}`,
    observe: metrics.observeRequest,
  })
  server.addHook('onSend', (_, reply, payload, done) => {
    if (drain.isStopping) reply.header('connection', 'close')
    done(null, payload)
  })
  tellAuditOrigins(server)
  const proofs = new ProofVerifier({ clock, database, sealer: installation.sealer })
  const takesClientDocuments = config.clientDocumentHosts.length > 0
  const takesRegistrations = config.registration !== 'off'
  server.register(async (room) => discoveryEndpoint(room, urls, { takesClientDocuments, takesRegistrations }))
  server.register(async (room) => errorsEndpoint(room, { urls, theme }))
  server.register(async (room) => jwksEndpoint(room, urls, keyRing))
  server.register(async (room) => consoleEndpoint(room, urls))
  server.register(async (room) => healthEndpoint(room, { database, keyRing, drain }))
  server.register(async (room) => metricsEndpoint(room, metrics))
  if (showsOutbox)
    server.register(async (room) => devOutboxEndpoint(room, { ...installation, from: config.mailFrom, urls, theme }))
  server.register(async (room) => {
    const { countLogin, countToken } = metrics
    const hashing = { hashQueue, passwordCost: config.passwordCost }
    const issuing = { tokenIssuer, refreshKeys, countToken }
    const otherWays = {
      recoveryPath: urls.recoveryPath,
      emailLoginPath: config.emailLogin ? urls.emailLoginPath : undefined,
      signUpPath: config.signUp === 'open' ? urls.signUpPath : undefined,
    }
    const { sealer } = installation
    loginEndpoint(room, { urls, database, clock, theme, sealer, countLogin, otherWays, ...hashing, ...issuing })
    secondFactorEndpoint(room, { urls, database, clock, sealer, theme })
    factorsEndpoint(room, { urls, database, clock, sealer, theme })
    const upstreams = new UpstreamClients(installation)
    federationEndpoint(room, { urls, database, clock, theme, sealer, countLogin, ...hashing, upstreams })
    const byMail = { urls, database, clock, theme, countLogin, ...hashing, sealer, verifyHuman }
    setupEndpoint(room, byMail)
    recoveryEndpoint(room, byMail)
    accountCredentialsEndpoint(room, byMail)
    if (config.emailLogin) emailLoginEndpoint(room, byMail)
    if (config.signUp !== 'closed') signUpEndpoint(room, { ...byMail, isOpen: config.signUp === 'open' })
  })
  server.register(async (room) => {
    const { countRefresh, countToken } = metrics
    const { sealer } = installation
    const issuing = { issuer: config.issuer, keyRing, sealer, proofs, tokenIssuer, refreshKeys }
    tokenEndpoint(room, { urls, database, clock, assertions, countRefresh, countToken, ...issuing })
  })
  server.register(async (room) => accountLockEndpoint(room, { urls, database, clock, theme }))
  server.register(async (room) => logoutEndpoint(room, { urls, database, clock, refreshKeys }))
  server.register(async (room) =>
    accountEndpoint(room, {
      urls,
      database,
      clock,
      theme,
      sealer: installation.sealer,
      deletionGraceDays: config.deletionGraceDays,
      securitySections,
    }),
  )
  server.register(async (room) => passkeysEndpoint(room, { urls, database, clock, theme, sealer: installation.sealer }))
  server.register(async (room) => {
    invitationEndpoint(room, { urls, database, clock, theme, signUpIsOpen: config.signUp === 'open' })
  })
  server.register(async (room) => {
    const { sealer } = installation
    const mayCreate = config.organizationCreation === 'people'
    organizationsEndpoint(room, { urls, database, clock, sealer, theme, mayCreate })
  })
  const issued = { issuer: config.issuer, urls, database, clock, keyRing, sealer: installation.sealer }
  server.register(async (room) => revocationEndpoint(room, { ...issued, assertions, refreshKeys }))
  server.register(async (room) => introspectionEndpoint(room, { ...issued, assertions }))
  if (config.registration !== 'off') {
    const needsToken = config.registration === 'token'
    server.register(async (room) => registrationEndpoint(room, { ...issued, needsToken }))
  }
  server.register(async (room) => userinfoEndpoint(room, { ...issued, proofs }))
  server.register(async (room) => authorizationEndpoint(room, { ...issued, clients, theme }))
  server.register(async (room) => deviceAuthorizationEndpoint(room, { ...issued, assertions }))
  server.register(async (room) => deviceVerificationEndpoint(room, { urls, database, clock, theme }))
  server.register(async (room) => pushedAuthorizationEndpoint(room, { ...issued, assertions, proofs, clients }))
  server.register(async (room) => endSessionEndpoint(room, { ...issued, theme }))
  server.register(async (room) => revocationsEndpoint(room, { ...issued, assertions, stopping: feed.stopping.signal }))
  server.register(async (room) =>
    adminEndpoint(room, {
      ...{ ...issued, theme, proofs, hashQueue, passwordCost: config.passwordCost },
      ...{ stopping: feed.stopping.signal, deletionGraceDays: config.deletionGraceDays },
      ...{ auditTree, auditVerification, auditSigner },
      ...{ tokenIssuer, allowsImpersonation: config.impersonation },
      ...{ acceptsInvitations: config.signUp !== 'closed', sendsMails: config.smtpUrl !== undefined || showsOutbox },
      webhooksReachPrivateNetworks: config.webhooksDangerouslyReachPrivateNetworks,
      settings: listSettings(config),
      countUnnamedStreams: () => feed.streams.unnamedCount,
    }),
  )
  server.register(async (room) =>
    revocationFeedEndpoint(room, { urls, database, clock, keyRing, assertions, auditTree, ...feed }),
  )
  server.register(async (room) => auditLogEndpoint(room, { urls, database, auditTree }))
  return server
}

/** What a request changes is audited with where it came from and its id. Last of the hooks before the route: what parses a body leaves the context of earlier ones. */
function tellAuditOrigins(server: HttpServer): void {
  server.addHook('preValidation', (request, _, done) => {
    withAuditOrigin({ network: parseNetwork(request.ip), incidentId: request.id }, done)
  })
}

function renderProblemPage(problem: Problem, incidentId: string, request: FastifyRequest, theme: Theme): ProblemPage {
  const language = chooseLanguage(request.headers['accept-language'])
  const html = renderErrorPage({
    status: problem.status,
    // Problems speak English; in another language the page has its own words for the status.
    sentence: language === 'en' ? problem.message : undefined,
    incidentId,
    language,
    theme,
  })
  return { html, headers: pageHeaders(theme) }
}

/** Answers what has come whole; a request of which only a part has come may never do. */
async function closeServer(server: HttpServer, countWhole: () => number): Promise<void> {
  const begunAt = performance.now()
  const cutOff = setInterval(() => {
    const waited = performance.now() - begunAt
    if (waited < LONGEST_STOP_MS || (countWhole() > 0 && waited < LONGEST_ANSWER_MS)) return
    server.server.closeAllConnections()
  }, 100)
  await server.close()
  clearInterval(cutOff)
}

function countConnections(server: HttpServer): Promise<number> {
  return new Promise((resolve) => server.server.getConnections((error, count) => resolve(error ? 0 : count)))
}
