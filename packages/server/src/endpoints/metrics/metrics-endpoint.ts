import { AggregatorRegistry, Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { type LoginOutcome, loginOutcomes } from '../../domain/login/login-outcome.ts'
import { type MailOutcome, mailOutcomes } from '../../domain/mails/mail-outcome.ts'
import { type RefreshOutcome, refreshOutcomes } from '../../domain/sessions/refresh-outcome.ts'
import type { StatisticsCollector } from '../../domain/statistics/statistics-collector.ts'
import type { TokenOrigin } from '../../domain/tokens/token-origin.ts'
import { type WebhookOutcome, webhookOutcomes } from '../../domain/webhooks/webhook-attempt.ts'
import { type Admission, gateNames } from '../../platform/admission/admission.ts'
import type { DatabaseConnections } from '../../platform/database/database.ts'
import type { HashQueue } from '../../platform/hash-queue/hash-queue.ts'
import type { Connections } from '../../platform/http/bound-connections.ts'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { isWorker, joinGatherings } from '../../platform/workers/worker-message.ts'
import { shareLooks } from '../share-looks.ts'

export interface Metrics {
  observeRequest(request: { method: string; route: string; status: number; seconds: number }): void
  countLogin(outcome: LoginOutcome): void
  countToken(algorithm: string, origin: TokenOrigin): void
  countRefresh(outcome: RefreshOutcome): void
  countMail(outcome: MailOutcome): void
  countDelivery(outcome: WebhookOutcome): void
  /** How long a unit of work took until it was durable. */
  observeWrite(seconds: number): void
  readonly registry: Registry
}

/** What is told of the revocation feed when somebody asks. */
export interface FeedFigures {
  /** Open streams and waiting logs of this process. */
  readonly streams: number
  /** Readers that were cut off since they did not read. */
  readonly cutOff: number
  /** The number that the feed has come to. */
  readonly sequence: number
  /** How many records each living guard has yet to acknowledge. */
  listLags(): Promise<readonly number[]>
}

/** What is told of the audit log when somebody asks. */
export interface AuditFigures {
  /** How many leaves the tree has. */
  readonly size: number
  /** Whether this process signs nothing any more, since the tree went back. */
  readonly isRefusing: boolean
  /** What was seen since the start that the tree does not go on from. */
  readonly alarms: readonly unknown[]
}

/** What is told of the outboxes when somebody asks; of all instances. */
export interface OutboxFigures {
  /** Mails that are still to be sent. */
  countWaitingMails(): Promise<number>
  /** Messages that are still to be sent to webhooks. */
  countWaitingDeliveries(): Promise<number>
  /** Webhooks that were disabled because they could not be reached, or wanted no more. */
  countDisabledWebhooks(): Promise<number>
}

/** What is told of the whole installation when somebody asks. */
export interface InstallationFigures {
  /** How many sessions were live when they were last counted; undefined: that was too long ago. */
  findLiveSessions(): Promise<number | undefined>
  /** How long each key that signs has signed, by algorithm. */
  listKeyAges(): Promise<readonly { readonly algorithm: string; readonly seconds: number }[]>
  /** How far this machine's clock is ahead of the one that counts, in seconds. */
  findClockDifference(): number
}

export interface MetricsDeps {
  readonly hashQueue: HashQueue
  readonly admission: Admission
  /** Undefined before the server is there. */
  readonly findConnections: () => Connections | undefined
  /** Absent on SQLite. */
  readonly databaseConnections: DatabaseConnections | undefined
  readonly feed: FeedFigures
  readonly outboxes: OutboxFigures
  readonly installation: InstallationFigures
  readonly findAuditFigures: () => AuditFigures
  /** Counts the same for the operator's overview, of all instances together. */
  readonly statistics: Pick<StatisticsCollector, 'count' | 'countLatency'>
  /** Whether a request of this route waits for something to happen, so that its time says nothing of this server's speed. */
  readonly isWaiting: (route: string) => boolean
}

/** Of workers that all see the same, the furthest; what is each one's own is added up. */
const ofInstallation = 'max'

/** Counts what happens in this process. Labels come from closed sets: no caller can make a new time series. */
export function createMetrics(deps: MetricsDeps): Metrics {
  const { statistics, isWaiting } = deps
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const { requests, writes } = createHistograms(registry)
  addHashFigures(registry, deps.hashQueue)
  addAdmissionFigures(registry, deps)
  if (deps.databaseConnections) addDatabaseFigures(registry, deps.databaseConnections)
  addFeedGauges(registry, deps.feed)
  addAuditGauges(registry, deps.findAuditFigures)
  addOutboxGauges(registry, deps.outboxes)
  addInstallationGauges(registry, deps.installation)
  const { logins, tokens, refreshes, mails, deliveries } = createCounters(registry)
  return {
    registry,
    observeRequest({ seconds, ...labels }) {
      requests.observe(labels, seconds)
      if (!isWaiting(labels.route)) statistics.countLatency(seconds)
    },
    countLogin(outcome) {
      logins.inc({ outcome })
      statistics.count(`login:${outcome}`)
    },
    countToken(algorithm, grant) {
      tokens.inc({ algorithm, grant })
      statistics.count(`token:${grant}`)
    },
    countRefresh(outcome) {
      refreshes.inc({ outcome })
      statistics.count(`refresh:${outcome}`)
    },
    countMail: (outcome) => mails.inc({ outcome }),
    countDelivery: (outcome) => deliveries.inc({ outcome }),
    observeWrite: (seconds) => writes.observe(seconds),
  }
}

function createHistograms(registry: Registry): {
  readonly requests: Histogram<'method' | 'route' | 'status'>
  readonly writes: Histogram
} {
  const registers = [registry]
  const requests = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the request to the end of its answer, by method, route and status.',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers,
  })
  const writes = new Histogram({
    name: 'ostiary_database_write_seconds',
    help: 'Time from a unit of work to its being durable, waiting for its turn included.',
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers,
  })
  return { requests, writes }
}

function createCounters(registry: Registry): {
  readonly logins: Counter<'outcome'>
  readonly tokens: Counter<'algorithm' | 'grant'>
  readonly refreshes: Counter<'outcome'>
  readonly mails: Counter<'outcome'>
  readonly deliveries: Counter<'outcome'>
} {
  const ofOutcomes = (name: string, help: string, outcomes: readonly string[]): Counter<'outcome'> => {
    const counter = new Counter({ name, help, labelNames: ['outcome'] as const, registers: [registry] })
    for (const outcome of outcomes) counter.inc({ outcome }, 0)
    return counter
  }
  const tokens = new Counter({
    name: 'ostiary_access_tokens_issued_total',
    help: 'Access tokens issued, by signing algorithm and by what they were given for.',
    labelNames: ['algorithm', 'grant'] as const,
    registers: [registry],
  })
  return {
    logins: ofOutcomes('ostiary_logins_total', 'Logins by outcome.', loginOutcomes),
    tokens,
    refreshes: ofOutcomes('ostiary_refreshes_total', 'Refreshes by outcome.', refreshOutcomes),
    mails: ofOutcomes(
      'ostiary_mails_total',
      'Attempts to send a mail, by how they ended; refused and expired ones are given up.',
      mailOutcomes,
    ),
    deliveries: ofOutcomes(
      'ostiary_webhook_attempts_total',
      'Attempts to tell a webhook of an event, by how they ended; failed ones are made again, given_up is the last one.',
      webhookOutcomes,
    ),
  }
}

function addHashFigures(registry: Registry, hashQueue: HashQueue): void {
  new Gauge({
    name: 'ostiary_password_hashes',
    help: 'Password hashes running now and waiting for their turn.',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      this.set({ state: 'running' }, hashQueue.running)
      this.set({ state: 'waiting' }, hashQueue.waiting)
    },
  })
  const waits = new Histogram({
    name: 'ostiary_password_hash_wait_seconds',
    help: 'How long password hashes waited for their turn.',
    buckets: [0.001, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers: [registry],
  })
  hashQueue.observeWaits((seconds) => waits.observe(seconds))
}

/** What grows when more is asked than this process answers. */
function addAdmissionFigures(
  registry: Registry,
  { admission, findConnections, feed }: Pick<MetricsDeps, 'admission' | 'findConnections' | 'feed'>,
): void {
  const registers = [registry]
  const importances = ['prompt', ...gateNames] as const
  new Gauge({
    name: 'ostiary_requests_under_way',
    help: 'Requests that are worked on and that wait for their turn, by importance.',
    labelNames: ['importance', 'state'],
    registers,
    collect() {
      for (const importance of importances) {
        const { running, waiting } = admission.figures(importance)
        this.set({ importance, state: 'running' }, running)
        this.set({ importance, state: 'waiting' }, waiting)
      }
    },
  })
  new Counter({
    name: 'ostiary_requests_turned_away_total',
    help: 'Requests that were answered 503 since too many were under way or waited, by importance.',
    labelNames: ['importance'],
    registers,
    collect() {
      this.reset()
      for (const importance of importances) this.inc({ importance }, admission.figures(importance).refused)
    },
  })
  new Gauge({
    name: 'ostiary_connections',
    help: 'Open connections, idle ones too.',
    registers,
    collect() {
      this.set(findConnections()?.open ?? 0)
    },
  })
  new Counter({
    name: 'ostiary_connections_cut_off_total',
    help: 'Connections that were cut off: idle ones for others that came, and those that did not read what they were sent.',
    registers,
    collect() {
      this.reset()
      this.inc((findConnections()?.cutOff ?? 0) + feed.cutOff)
    },
  })
}

function addDatabaseFigures(registry: Registry, connections: DatabaseConnections): void {
  new Gauge({
    name: 'ostiary_database_connections',
    help: 'Connections of this process to PostgreSQL, and requests that wait for one.',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      for (const [state, count] of Object.entries(connections.figures)) this.set({ state }, count)
    },
  })
  const waits = new Histogram({
    name: 'ostiary_database_connection_wait_seconds',
    help: 'How long a read or a unit of work waited for a connection to PostgreSQL.',
    buckets: [0.001, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [registry],
  })
  connections.observeWaits((seconds) => waits.observe(seconds))
}

function addInstallationGauges(registry: Registry, figures: InstallationFigures): void {
  new Gauge({
    name: 'ostiary_clock_difference_seconds',
    aggregator: ofInstallation,
    help: 'How far the clock of this machine is ahead of the database server’s, which counts.',
    registers: [registry],
    collect() {
      this.set(figures.findClockDifference())
    },
  })
  new Gauge({
    name: 'ostiary_sessions_live',
    aggregator: ofInstallation,
    help: 'Live sessions of the installation, as counted within the last two minutes.',
    registers: [registry],
    async collect() {
      this.set((await figures.findLiveSessions().catch(() => undefined)) ?? Number.NaN)
    },
  })
  new Gauge({
    name: 'ostiary_signing_key_age_seconds',
    aggregator: ofInstallation,
    help: 'How long the key that signs with an algorithm has signed.',
    labelNames: ['algorithm'],
    registers: [registry],
    async collect() {
      for (const { algorithm, seconds } of await figures.listKeyAges().catch(() => [])) this.set({ algorithm }, seconds)
    },
  })
}

function addOutboxGauges(registry: Registry, figures: OutboxFigures): void {
  const gauges = [
    ['ostiary_mails_waiting', 'Mails that are still to be sent, by any instance.', figures.countWaitingMails],
    [
      'ostiary_webhook_messages_waiting',
      'Messages that are still to be sent to webhooks, by any instance.',
      figures.countWaitingDeliveries,
    ],
    [
      'ostiary_webhooks_disabled',
      'Webhooks that were disabled because they could not be reached, or wanted no more.',
      figures.countDisabledWebhooks,
    ],
  ] as const
  for (const [name, help, count] of gauges)
    new Gauge({
      ...{ name, help, aggregator: ofInstallation, registers: [registry] },
      async collect() {
        // Without a database the other figures matter all the more.
        this.set(await count().catch(() => Number.NaN))
      },
    })
}

function addAuditGauges(registry: Registry, find: () => AuditFigures): void {
  const registers = [registry]
  new Gauge({
    name: 'ostiary_audit_events',
    aggregator: ofInstallation,
    help: 'Events that the tree over the audit log holds.',
    registers,
    collect() {
      this.set(find().size)
    },
  })
  new Gauge({
    name: 'ostiary_audit_refusing',
    aggregator: ofInstallation,
    help: '1 when this process signs no checkpoint any more, since the audit log went back or was changed.',
    registers,
    collect() {
      this.set(Number(find().isRefusing))
    },
  })
  new Gauge({
    name: 'ostiary_audit_alarms',
    aggregator: ofInstallation,
    help: 'Checkpoints that the audit log does not go on from, seen by this process or told by guards since the start.',
    registers,
    collect() {
      this.set(find().alarms.length)
    },
  })
}

function addFeedGauges(registry: Registry, feed: FeedFigures): void {
  const registers = [registry]
  new Gauge({
    name: 'ostiary_feed_streams',
    help: 'Open streams of the revocation feed and waiting logs.',
    registers,
    collect() {
      this.set(feed.streams)
    },
  })
  new Gauge({
    name: 'ostiary_feed_records',
    aggregator: ofInstallation,
    help: 'Records that the revocation feed has had: the number of the newest one.',
    registers,
    collect() {
      this.set(feed.sequence)
    },
  })
  const lag = new Gauge({
    name: 'ostiary_feed_guard_lag_records',
    aggregator: ofInstallation,
    help: 'Records that the slowest living guard has yet to acknowledge.',
    registers,
  })
  new Gauge({
    name: 'ostiary_feed_guards',
    aggregator: ofInstallation,
    help: 'Guards that have acknowledged within the last 15 seconds.',
    registers,
    async collect() {
      // Without a database the other figures matter all the more.
      const lags = await feed.listLags().catch(() => undefined)
      this.set(lags?.length ?? Number.NaN)
      lag.set(lags === undefined ? Number.NaN : Math.max(0, ...lags))
    },
  })
}

/** To render it takes milliseconds and asks the database: were each asked for anew, a few hundred who ask would stop the process. */
const RENDER_PAUSE_MS = 50

/** Serves `/metrics` in Prometheus's text format; of all workers together, whichever of them is asked. */
export function metricsEndpoint(server: HttpServer, { registry }: Metrics): void {
  const gather = isWorker() ? joinGatherings(() => registry.getMetricsAsJSON()) : undefined
  const render = shareLooks(async () => {
    const answers = await gather?.()
    // Nobody has answered in time, nor ever: what this process knows is more than nothing.
    if (answers === undefined || answers.length === 0) return registry.metrics()
    return AggregatorRegistry.aggregate([...answers] as object[]).metrics()
  }, RENDER_PAUSE_MS)
  server.get('/metrics', { config: { importance: 'vital' } }, async (_, reply) =>
    reply.type(registry.contentType).send(await render()),
  )
}
