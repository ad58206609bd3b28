import { randomBytes } from 'node:crypto'
import type { Config } from '../../config.ts'
import { listAuditEvents } from '../../domain/audit/list-audit-events.ts'
import type { Database } from '../../platform/database/database.ts'
import { isLoopbackAddress } from '../../platform/http/is-loopback-host.ts'
import { postForm } from './ask.ts'
import { isWithin } from './check-settings.ts'
import { type Finding, found } from './finding.ts'

/** RFC 5737 §3: documentation, so that nobody has it. */
const NOBODYS_ADDRESS = '203.0.113.77'
/** The latest refused logins, among which the one that was just made must be. */
const LATEST = 200

/**
 * Whom the server takes a caller for who makes up an X-Forwarded-For. It refuses a login of a name that nobody has, and its audit
 * event, found by the request's id, tells the network that it was counted against.
 */
export async function checkForwardedFor(
  { trustedProxies, issuer }: Config,
  url: string,
  database: Database,
): Promise<Finding | undefined> {
  const name = `doctor-${randomBytes(9).toString('base64url')}`
  const form = { username: name, password: randomBytes(18).toString('base64url') }
  const asked = await postForm(`${url}/login`, form, { 'x-forwarded-for': NOBODYS_ADDRESS }).catch(() => undefined)
  if (asked === undefined) return undefined
  const requestId = asked.headers['x-request-id']
  const events = await listAuditEvents(database.read, { act: 'login.refused', limit: LATEST })
  const event = events.find(({ incidentId }) => incidentId !== undefined && incidentId === requestId)
  if (event === undefined) {
    const sentence = `A login by ${url} left no trace in this database: run the doctor with the settings of the server that answers there.`
    return found('forwarded-for', 'warning', sentence)
  }
  return judgeForwarded({
    network: event.network ?? 'unknown',
    localAddress: asked.localAddress,
    trustedProxies,
    isProxied: issuer.startsWith('https:'),
  })
}

export interface Forwarded {
  /** Whom the server took the caller for. */
  readonly network: string
  /** Who the caller is, as far as this machine knows: behind NAT others see another one. */
  readonly localAddress: string | undefined
  readonly trustedProxies: readonly string[]
  readonly isProxied: boolean
}

export function judgeForwarded({ network, localAddress, trustedProxies, isProxied }: Forwarded): Finding {
  if (network === NOBODYS_ADDRESS) {
    const isTrusted = localAddress !== undefined && isWithin(localAddress, trustedProxies)
    const overwrite =
      'let the proxy set X-Forwarded-For to the address that it sees, in place of what came, and name the proxy alone in OSTIARY_TRUSTED_PROXIES'
    return isTrusted
      ? found(
          'forwarded-for',
          'warning',
          `A made-up X-Forwarded-For is believed from this machine, which is itself a trusted proxy: ${overwrite}.`,
        )
      : found(
          'forwarded-for',
          'error',
          `A made-up X-Forwarded-For is believed, so whoever guesses passwords is never throttled: ${overwrite}.`,
        )
  }
  const isProxy = isLoopbackAddress(network) || (network !== 'unknown' && isWithin(network, trustedProxies))
  if (isProxied && isProxy && !isLoopbackAddress(localAddress)) {
    const sentence = `The server takes this caller for ${network}, which is the proxy, so all people are throttled as one: let the proxy send X-Forwarded-For.`
    return found('forwarded-for', 'error', sentence)
  }
  return found(
    'forwarded-for',
    'ok',
    `A made-up X-Forwarded-For is not believed; this caller is counted as ${network}.`,
  )
}
