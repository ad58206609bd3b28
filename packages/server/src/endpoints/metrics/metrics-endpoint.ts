import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { type LoginOutcome, loginOutcomes } from '../../domain/login/login-outcome.ts'
import { type MailOutcome, mailOutcomes } from '../../domain/mails/mail-outcome.ts'
import { type RefreshOutcome, refreshOutcomes } from '../../domain/sessions/refresh-outcome.ts'
import type { HashQueue } from '../../platform/hash-queue/hash-queue.ts'
import type { HttpServer } from '../../platform/http/create-http-server.ts'

export interface Metrics {
  observeRequest(request: { method: string; route: string; status: number; seconds: number }): void
  countLogin(outcome: LoginOutcome): void
  countToken(algorithm: string): void
  countRefresh(outcome: RefreshOutcome): void
  countMail(outcome: MailOutcome): void
  readonly registry: Registry
}

/** What is told of the revocation feed when somebody asks. */
export interface FeedFigures {
  /** Open streams and waiting logs of this process. */
  readonly streams: number
  /** The number that the feed has come to. */
  readonly sequence: number
  /** How many records each living guard has yet to acknowledge. */
  listLags(): Promise<readonly number[]>
}

/** What is told of the outbox of mails when somebody asks. */
export interface MailFigures {
  /** Mails that are still to be sent, by any instance. */
  countWaiting(): Promise<number>
}

/** Counts what happens in this process. Labels come from closed sets: no caller can make a new time series. */
export function createMetrics(hashQueue: HashQueue, feed: FeedFigures, mail: MailFigures): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const requests = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the request to the end of its answer, by method, route and status.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers,
  })
  const logins = new Counter({
    name: 'ostiary_logins_total',
    help: 'Logins by outcome.',
    labelNames: ['outcome'],
    registers,
  })
  const tokens = new Counter({
    name: 'ostiary_access_tokens_issued_total',
    help: 'Access tokens issued, by signing algorithm.',
    labelNames: ['algorithm'],
    registers,
  })
  const refreshes = new Counter({
    name: 'ostiary_refreshes_total',
    help: 'Refreshes by outcome.',
    labelNames: ['outcome'],
    registers,
  })
  new Gauge({
    name: 'ostiary_password_hashes',
    help: 'Password hashes running now and waiting for their turn.',
    labelNames: ['state'],
    registers,
    collect() {
      this.set({ state: 'running' }, hashQueue.running)
      this.set({ state: 'waiting' }, hashQueue.waiting)
    },
  })
  const mails = new Counter({
    name: 'ostiary_mails_total',
    help: 'Attempts to send a mail, by how they ended; refused and expired ones are given up.',
    labelNames: ['outcome'],
    registers,
  })
  addFeedGauges(registry, feed)
  addMailGauge(registry, mail)
  for (const outcome of loginOutcomes) logins.inc({ outcome }, 0)
  for (const outcome of refreshOutcomes) refreshes.inc({ outcome }, 0)
  for (const outcome of mailOutcomes) mails.inc({ outcome }, 0)
  return {
    registry,
    observeRequest: ({ seconds, ...labels }) => requests.observe(labels, seconds),
    countLogin: (outcome) => logins.inc({ outcome }),
    countToken: (algorithm) => tokens.inc({ algorithm }),
    countRefresh: (outcome) => refreshes.inc({ outcome }),
    countMail: (outcome) => mails.inc({ outcome }),
  }
}

function addMailGauge(registry: Registry, { countWaiting }: MailFigures): void {
  new Gauge({
    name: 'ostiary_mails_waiting',
    help: 'Mails that are still to be sent, by any instance.',
    registers: [registry],
    async collect() {
      this.set(await countWaiting().catch(() => Number.NaN))
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
    help: 'Records that the revocation feed has had: the number of the newest one.',
    registers,
    collect() {
      this.set(feed.sequence)
    },
  })
  const lag = new Gauge({
    name: 'ostiary_feed_guard_lag_records',
    help: 'Records that the slowest living guard has yet to acknowledge.',
    registers,
  })
  new Gauge({
    name: 'ostiary_feed_guards',
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

/** Serves `/metrics` in Prometheus's text format. */
export function metricsEndpoint(server: HttpServer, { registry }: Metrics): void {
  server.get('/metrics', async (_, reply) => reply.type(registry.contentType).send(await registry.metrics()))
}
