import { createHash } from 'node:crypto'
import type { Transaction } from '../../platform/database/database.ts'
import { describeUserAgent } from '../../platform/http/describe-user-agent.ts'
import { randomSecret } from '../../platform/random/random.ts'
import { selectSights, upsertSights } from './known-device-store.ts'

export const KNOWN_MS: number = 90 * 86_400_000
/** That the account was signed in to before: kept for as long as the account, so that who comes back after a year is told too. */
export const EVER_MARK = 'ever'

export interface DeviceSight {
  readonly accountId: string
  /** What the browser keeps, from an earlier sign-in. */
  readonly cookie: string | undefined
  readonly userAgent: string | undefined
  readonly network: string
}

export interface SeenDevice {
  /** Whether the account was signed in to before, and not here within 90 days. */
  readonly isNew: boolean
  /** What the browser is to keep. */
  readonly cookie: string
}

/** Notes that somebody signs in to an account in this browser, and tells whether it is one that the account was not seen in lately. */
export async function seeDevice(tx: Transaction, sight: DeviceSight): Promise<SeenDevice> {
  const { accountId, network } = sight
  const cookie = sight.cookie !== undefined && /^[\w-]{43}$/.test(sight.cookie) ? sight.cookie : randomSecret()
  const { program = '', system = '' } = describeUserAgent(sight.userAgent)
  const marks = [hash(accountId, 'cookie', cookie), hash(accountId, 'place', program, system, network)]
  const sights = await selectSights(tx.sql, accountId, [...marks, EVER_MARK])
  const isKnown = marks.some((mark) => (sights.get(mark) ?? 0) > tx.now - KNOWN_MS)
  // In one order, so that two sign-ins at once never wait for each other.
  const seen = [...marks, EVER_MARK].sort().map((mark) => ({ mark, keptMilliseconds: keptFor(mark) }))
  await upsertSights(tx.sql, accountId, seen, tx.now)
  return { isNew: sights.has(EVER_MARK) && !isKnown, cookie }
}

function keptFor(mark: string): number | undefined {
  return mark === EVER_MARK ? undefined : KNOWN_MS
}

function hash(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url')
}
