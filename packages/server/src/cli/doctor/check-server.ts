import { isDeepStrictEqual } from 'node:util'
import type { Config } from '../../config.ts'
import { isLoopbackHost } from '../../platform/http/is-loopback-host.ts'
import { type Asked, ask } from './ask.ts'
import { type Finding, found } from './finding.ts'
import { judgeClock } from './judge-clock.ts'

/** What a running server answers to whoever comes by its URL, with whatever stands in between. */
export async function checkServer(config: Config, url: string): Promise<readonly Finding[]> {
  const begunAt = Date.now()
  let metadata: Asked
  try {
    metadata = await ask(`${url}/.well-known/openid-configuration`)
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    return [
      found(
        'issuer',
        'error',
        `Nobody answers at ${url} (${why}): start the server, or mend its name, certificate or proxy.`,
      ),
    ]
  }
  const between = (begunAt + Date.now()) / 2
  // The field has whole seconds: half of one is the middle.
  const theirs = Date.parse(metadata.headers.date ?? '') + 500
  return [
    await checkIssuer(config, url, metadata),
    ...(Number.isNaN(theirs) ? [] : [judgeClock('The server', theirs - between)]),
    ...(await checkFront(url)),
    await checkFeed(url),
  ]
}

/** RFC 8414 §3.3: the issuer in the metadata must be the one that they were asked for with. */
async function checkIssuer({ issuer, host, port }: Config, url: string, asked: Asked): Promise<Finding> {
  const metadata = parseObject(asked.body)
  if (asked.status !== 200 || metadata === undefined) {
    const sentence = `${url} answers ${asked.status} where its metadata should be: let the proxy pass on /.well-known/ as it comes.`
    return found('issuer', 'error', sentence)
  }
  if (metadata.issuer !== url) {
    const sentence = `The server at ${url} calls itself ${String(metadata.issuer)}: set OSTIARY_ISSUER to the URL that people and APIs reach it at.`
    return found('issuer', 'error', sentence)
  }
  const direct = `http://${isLoopbackHost(host) ? host : '127.0.0.1'}:${port}${new URL(issuer).pathname.replace(/\/$/, '')}`
  const behind = await ask(`${direct}/.well-known/openid-configuration`).catch(() => undefined)
  const own = behind?.status === 200 ? parseObject(behind.body) : undefined
  if (own !== undefined && !isDeepStrictEqual(own, metadata)) {
    const sentence = `The metadata at ${url} differ from those of the server at ${direct}: let the name lead to this server, and the proxy change nothing.`
    return found('issuer', 'error', sentence)
  }
  return found('issuer', 'ok', `${url} answers as the issuer that it is.`)
}

/** What only a proxy in front can do. */
async function checkFront(url: string): Promise<readonly Finding[]> {
  if (!url.startsWith('https:')) return []
  const page = await ask(`${url}/login`, { headers: { accept: 'text/html' } }).catch(() => undefined)
  const metrics = await ask(`${url}/metrics`).catch(() => undefined)
  return [judgeHsts(page?.headers['strict-transport-security']), judgeMetrics(url, metrics?.status)]
}

const HALF_A_YEAR_SECONDS = 15_768_000

/** RFC 6797 §6.1 */
function judgeHsts(field: string | undefined): Finding {
  const seconds = Number(/max-age="?(\d+)/i.exec(field ?? '')?.[1] ?? -1)
  if (seconds >= HALF_A_YEAR_SECONDS) return found('hsts', 'ok', 'Browsers are told to come by https alone.')
  const what = field === undefined ? 'No Strict-Transport-Security comes' : 'Strict-Transport-Security is short'
  const sentence = `${what}, so a browser’s first visit may go by http and be read: let the proxy send Strict-Transport-Security: max-age=31536000.`
  return found('hsts', 'warning', sentence)
}

function judgeMetrics(url: string, status: number | undefined): Finding {
  if (status !== 200) return found('metrics-hidden', 'ok', '/metrics stays inside.')
  const sentence = `Anybody reads ${url}/metrics: let the proxy answer 404 there, and have Prometheus ask the server itself.`
  return found('metrics-hidden', 'warning', sentence)
}

/** How long a heartbeat may take: they leave every second. */
const PROMPT_MS = 2000

/** The first heartbeat leaves at once and the next within a second: what comes later was held back on the way. */
async function checkFeed(url: string): Promise<Finding> {
  const begunAt = performance.now()
  const arrivals: number[] = []
  const isEnough = (body: string) => {
    const heartbeats = body.split('event: heartbeat').length - 1
    while (arrivals.length < heartbeats) arrivals.push(performance.now() - begunAt)
    return heartbeats >= 2
  }
  const headers = { accept: 'text/event-stream' }
  const after = await findSequence(url)
  const asked = await ask(`${url}/revocation-feed?after=${after}`, { headers, isEnough }).catch(() => undefined)
  const [first = Number.POSITIVE_INFINITY, second = Number.POSITIVE_INFINITY] = arrivals
  if (first <= PROMPT_MS && second - first <= PROMPT_MS) {
    return found('feed', 'ok', `The revocation feed streams: its first heartbeat came after ${Math.round(first)} ms.`)
  }
  if (asked !== undefined && asked.status !== 200) {
    return found(
      'feed',
      'error',
      `The revocation feed answers ${asked.status}: let the proxy pass /revocation-feed on.`,
    )
  }
  const sentence =
    'The revocation feed’s heartbeats are held back on the way, so guards go dark: turn off buffering for /revocation-feed in the proxy.'
  return found('feed', 'error', sentence)
}

/** The snapshot's first line is a JWS, which names the number that the feed has come to. */
async function findSequence(url: string): Promise<number> {
  const snapshot = await ask(`${url}/revocation-feed/snapshot`).catch(() => undefined)
  const [, payload = ''] = (snapshot?.body ?? '').split('\n', 1)[0]?.split('.') ?? []
  return Number(parseObject(Buffer.from(payload, 'base64url').toString('utf8'))?.seq ?? 0)
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}
