import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyRequest } from 'fastify'
import { type Config, ConfigurationError } from './config.ts'
import { createOutdatedClaimsSettler } from './domain/accounts/create-outdated-claims-settler.ts'
import { purgeApiKeys } from './domain/api-keys/purge-api-keys.ts'
import { KeySets } from './domain/assertions/key-sets.ts'
import type { AssertionDeps } from './domain/assertions/verify-assertion.ts'
import { purgeRequests } from './domain/authorizations/pending-requests.ts'
import { ClientDocuments } from './domain/client-documents/client-documents.ts'
import { purgeDocumentClients } from './domain/client-documents/purge-document-clients.ts'
import { advanceKeysInUse } from './domain/clients/advance-keys-in-use.ts'
import { purgeStrangers } from './domain/clients/limit-strangers.ts'
import { purgeDeviceAuthorizations } from './domain/device-authorizations/purge-device-authorizations.ts'
import { ProofVerifier } from './domain/dpop/proof-verifier.ts'
import { purgeChallenges } from './domain/email-challenges/purge-challenges.ts'
import { purgeInvitations } from './domain/invitations/answer-invitation.ts'
import { createKeyRing, type KeyRing } from './domain/keys/key-ring.ts'
import { purgeKnownDevices } from './domain/known-devices/forget-devices.ts'
import { LogoutNoticeDelivery } from './domain/logout-notices/logout-notice-delivery.ts'
import { purgeLogoutNotices } from './domain/logout-notices/purge-logout-notices.ts'
import { countWaitingMails } from './domain/mails/count-waiting-mails.ts'
import { MAIL_TOPIC } from './domain/mails/leave-mail.ts'
import { MailDelivery } from './domain/mails/mail-delivery.ts'
import { purgeMails } from './domain/mails/purge-mails.ts'
import { purgeOneTime } from './domain/one-time/one-time.ts'
import { purgeAccounts } from './domain/personal-data/purge-accounts.ts'
import { createRefreshKeyRing, type RefreshKeyRing } from './domain/refresh-keys/refresh-key-ring.ts'
import { ensureRefreshKey } from './domain/refresh-keys/rotate-refresh-key.ts'
import { purgeRegistrationTokens } from './domain/registrations/registration-tokens.ts'
import { purgeRememberedDevices } from './domain/remembered-devices/remembered-devices.ts'
import { ensureFeedId } from './domain/revocations/ensure-feed-id.ts'
import { FeedFollower } from './domain/revocations/feed-follower.ts'
import { listGuards } from './domain/revocations/list-guards.ts'
import { purgeRevocations } from './domain/revocations/purge-revocations.ts'
import { migrations } from './domain/schema/migrations.ts'
import { purgeSessions } from './domain/sessions/purge-sessions.ts'
import { purgeThrottle } from './domain/throttle/purge-throttle.ts'
import { type AccessTokenIssuer, createAccessTokenIssuer } from './domain/tokens/issue-access-token.ts'
import { UpstreamClients } from './domain/upstreams/upstream-clients.ts'
import { accountEndpoint } from './endpoints/account/account-endpoint.ts'
import { passwordSection } from './endpoints/account/password-section.ts'
import { upstreamsSection } from './endpoints/account/upstreams-section.ts'
import { accountCredentialsEndpoint } from './endpoints/account-credentials/account-credentials-endpoint.ts'
import { emailSection } from './endpoints/account-credentials/email-section.ts'
import { usernameSection } from './endpoints/account-credentials/username-section.ts'
import { accountLockEndpoint } from './endpoints/account-lock/account-lock-endpoint.ts'
import { authorizationEndpoint } from './endpoints/authorization/authorization-endpoint.ts'
import { pushedAuthorizationEndpoint } from './endpoints/authorization/pushed-authorization-endpoint.ts'
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
import { healthEndpoint } from './endpoints/health/health-endpoint.ts'
import { introspectionEndpoint } from './endpoints/introspection/introspection-endpoint.ts'
import { invitationEndpoint } from './endpoints/invitation/invitation-endpoint.ts'
import { issuerUrls } from './endpoints/issuer-urls.ts'
import { jwksEndpoint } from './endpoints/jwks/jwks-endpoint.ts'
import { loginEndpoint } from './endpoints/login/login-endpoint.ts'
import { logoutEndpoint } from './endpoints/logout/logout-endpoint.ts'
import { createMetrics, type FeedFigures, type Metrics, metricsEndpoint } from './endpoints/metrics/metrics-endpoint.ts'
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
import { signUpEndpoint } from './endpoints/sign-up/sign-up-endpoint.ts'
import { tokenEndpoint } from './endpoints/token/token-endpoint.ts'
import { userinfoEndpoint } from './endpoints/userinfo/userinfo-endpoint.ts'
import { verifyHumanByUrl } from './endpoints/verify-human-by-url.ts'
import { type Clock, systemClock } from './platform/clock/clock.ts'
import type { Database } from './platform/database/database.ts'
import { openDatabase } from './platform/database/open-database.ts'
import { createHashQueue, type HashQueue } from './platform/hash-queue/hash-queue.ts'
import { chooseLanguage } from './platform/html/choose-language.ts'
import { pageHeaders } from './platform/html/page-headers.ts'
import { renderErrorPage } from './platform/html/render-error-page.ts'
import type { Theme } from './platform/html/theme.ts'
import type { ProblemPage } from './platform/http/answer-problems.ts'
import { createHttpServer, type HttpServer } from './platform/http/create-http-server.ts'
import type { Problem } from './platform/http/problem.ts'
import type { Log } from './platform/log/create-log.ts'
import { parseSmtpUrl } from './platform/mail/parse-smtp-url.ts'
import { createSmtpTransport } from './platform/mail/smtp-transport.ts'
import { type FetchPublicDocument, fetchPublicDocument } from './platform/public-fetch/fetch-public-document.ts'
import { createSealer, type Sealer } from './platform/sealing/sealing.ts'

export type { VerifyHuman } from './endpoints/email-flow-deps.ts'

/** One installation, opened: its settings, its database and what stands on it. A server and every command work with one. */
export interface Installation {
  readonly config: Config
  readonly clock: Clock
  readonly database: Database
  readonly sealer: Sealer
  readonly keyRing: KeyRing
  readonly tokenIssuer: AccessTokenIssuer
  readonly refreshKeys: RefreshKeyRing
  readonly hashQueue: HashQueue
  close(): Promise<void>
}

export interface InstallationOptions {
  readonly clock?: Clock
  readonly log?: Log
}

/**
 * Opens the database, brings its schema up to date and its signing keys to the schedule.
 *
 * @throws ConfigurationError, DatabaseError or SealingError, each with one sentence for the operator.
 */
export async function openInstallation(
  config: Config,
  { clock = systemClock, log }: InstallationOptions = {},
): Promise<Installation> {
  if (config.secrets.length === 0) {
    throw new ConfigurationError(
      'OSTIARY_SECRET',
      `OSTIARY_SECRET is not set and ${config.dataDir} holds no secret. Run this where the server's data folder is, or set OSTIARY_DATA_DIR; for a new installation make one with \`ostiary secret\` and keep it: what it sealed opens with nothing else.`,
    )
  }
  const sealer = createSealer(config.secrets)
  const database = await openDatabase({ url: config.databaseUrl, migrations, clock, ...(log && { log }) })
  try {
    const keyRing = createKeyRing(database, sealer)
    const installation: Installation = {
      config,
      clock,
      database,
      sealer,
      keyRing,
      tokenIssuer: createAccessTokenIssuer(config.issuer, { database, keyRing, sealer }),
      refreshKeys: createRefreshKeyRing(database, sealer),
      hashQueue: createHashQueue(),
      close: () => database.close(),
    }
    await advanceKeysInUse(installation)
    await ensureFeedId(database)
    await ensureRefreshKey(database, sealer)
    // Opens the private keys, so that a wrong secret is told at the start and not at the first login.
    await keyRing.current()
    return installation
  } catch (error) {
    await database.close()
    throw error
  }
}

/** Where who is invited opens an account: an invitation's secret is added. */
export function invitationUrl(issuer: string): string {
  return issuerUrls(issuer).signUpAccountUrl
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

const MAINTENANCE_MS = 30_000
/** Meanwhile each answer tells its connection to close. */
const DRAIN_MS = 400
/** What has not been answered by then, for want of the rest of its request, is cut off. */
const LONGEST_STOP_MS = 5000

export interface ServerOptions {
  readonly clock?: Clock
  readonly log: Log
  readonly fetchDocument?: FetchPublicDocument
  /** Shows mails at `/dev/outbox`, to this machine, where no SMTP server is set. Only for development: whoever reads mails is whoever they like. */
  readonly showsOutbox?: boolean
  /** Says whether a person signs up, recovers or asks for a code. Absent: `OSTIARY_VERIFY_HUMAN_URL` does, if it is set. */
  readonly verifyHuman?: VerifyHuman
}

/** Starts the authorization server; it listens when this resolves. */
export async function startServer(config: Config, options: ServerOptions): Promise<RunningServer> {
  const installation = await openInstallation(config, options)
  const state = { stopping: false }
  const feed = createFeed(installation, options.log)
  const { clientDocumentHosts: hosts } = config
  const { fetchDocument = fetchPublicDocument, log } = options
  const verifyHuman = options.verifyHuman ?? verifierOf(config, log)
  const clients = new ClientDocuments({ ...installation, log, fetchDocument, hosts })
  const notices = new LogoutNoticeDelivery({ ...installation, issuer: config.issuer, log })
  const { database, clock } = installation
  const settler = createOutdatedClaimsSettler({ database, log })
  const assertions = { issuer: config.issuer, database, clock, keySets: new KeySets({ clock, log, fetchDocument }) }
  const metrics = createMetrics(installation.hashQueue, feedFigures(installation, feed), {
    countWaiting: () => countWaitingMails(database.read),
  })
  const showsOutbox = options.showsOutbox === true && config.smtpUrl === undefined
  const server = composeServer(installation, {
    log,
    state,
    feed,
    clients,
    assertions,
    metrics,
    showsOutbox,
    verifyHuman,
  })
  let url: string
  try {
    await feed.follower.start()
    url = await server.listen({ host: config.host, port: config.port })
  } catch (error) {
    await feed.follower.stop()
    await installation.close()
    throw error
  }
  notices.start()
  settler.start()
  const stopMails = startMails(installation, { log, metrics, isShown: showsOutbox })
  const maintenance = setInterval(() => maintain(installation, options.log), MAINTENANCE_MS)
  maintenance.unref()
  return {
    url,
    installation,
    async stop(drainMilliseconds = DRAIN_MS) {
      if (state.stopping) return
      state.stopping = true
      clearInterval(maintenance)
      feed.streams.close()
      feed.stopping.abort()
      if (drainMilliseconds > 0 && (await countConnections(server)) > 0) await sleep(drainMilliseconds)
      // A request of which only a part has come may never come whole.
      const cutOff = setTimeout(() => server.server.closeAllConnections(), LONGEST_STOP_MS)
      await server.close()
      clearTimeout(cutOff)
      await notices.stop()
      await settler.stop()
      await stopMails()
      await feed.follower.stop()
      await installation.close()
    },
  }
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

function createFeed({ config, database, clock, keyRing }: Installation, log: Log): Feed {
  const follower = new FeedFollower({ issuer: config.issuer, database, clock, keyRing, log })
  return { follower, streams: new FeedStreams(follower), stopping: new AbortController() }
}

function feedFigures({ database, clock }: Installation, { follower, streams }: Feed): FeedFigures {
  return {
    get streams() {
      return streams.count
    },
    get sequence() {
      return follower.position.sequence
    },
    async listLags() {
      const guards = await listGuards(database.read, clock.now())
      return guards.map((guard) => Math.max(0, follower.position.sequence - guard.sequence))
    },
  }
}

interface ServerParts {
  readonly log: Log
  readonly state: { readonly stopping: boolean }
  readonly feed: Feed
  readonly clients: ClientDocuments
  readonly assertions: AssertionDeps
  readonly metrics: Metrics
  readonly showsOutbox: boolean
  readonly verifyHuman: VerifyHuman | undefined
}

function composeServer(installation: Installation, parts: ServerParts): HttpServer {
  const { log, state, feed, clients, assertions, metrics, showsOutbox, verifyHuman } = parts
  const { config, database, clock, keyRing, refreshKeys, hashQueue, tokenIssuer } = installation
  const urls = issuerUrls(config.issuer)
  const { theme } = config
  const server = createHttpServer({
    log,
    trustedProxies: config.trustedProxies,
    renderProblemPage: (problem, incidentId, request) => renderProblemPage(problem, incidentId, request, theme),
    errorPageUrl: (code) => `${urls.errorsUrl}/${code}`,
    observe: metrics.observeRequest,
  })
  server.addHook('onSend', async (_, reply) => {
    if (state.stopping) reply.header('connection', 'close')
  })
  const proofs = new ProofVerifier(clock)
  const takesClientDocuments = config.clientDocumentHosts.length > 0
  const takesRegistrations = config.registration !== 'off'
  server.register(async (room) => discoveryEndpoint(room, urls, { takesClientDocuments, takesRegistrations }))
  server.register(async (room) => errorsEndpoint(room, { urls, theme }))
  server.register(async (room) => jwksEndpoint(room, urls, keyRing))
  server.register(async (room) => healthEndpoint(room, { database, keyRing, isStopping: () => state.stopping }))
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
  server.register(async (room) => revocationFeedEndpoint(room, { urls, database, clock, keyRing, assertions, ...feed }))
  return server
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

async function maintain(installation: Installation, log: Log): Promise<void> {
  try {
    await advanceKeysInUse(installation)
    const { database } = installation
    await purgeSessions(database)
    const purges = [
      purgeThrottle,
      purgeApiKeys,
      purgeRevocations,
      purgeOneTime,
      purgeChallenges,
      purgeRequests,
      purgeDeviceAuthorizations,
    ]
    for (const purge of [
      ...purges,
      purgeDocumentClients,
      purgeRememberedDevices,
      purgeStrangers,
      purgeRegistrationTokens,
      purgeLogoutNotices,
      purgeMails,
      purgeKnownDevices,
      purgeInvitations,
    ]) {
      await database.write(async (tx) => void (await purge(tx)))
    }
    await purgeAccounts(database, installation.clock.now())
  } catch (error) {
    log.error({ error }, 'maintenance failed; it is tried again in half a minute')
  }
}

function countConnections(server: HttpServer): Promise<number> {
  return new Promise((resolve) => server.server.getConnections((error, count) => resolve(error ? 0 : count)))
}
