import { BackgroundLoop } from '../../platform/background-loop/background-loop.ts'
import type { Database } from '../../platform/database/database.ts'
import { OUTDATED_CLAIMS_TOPIC } from './outdate-claims.ts'
import { settleOutdatedClaims } from './settle-outdated-claims.ts'

export interface OutdatedClaimsDeps {
  readonly database: Database
  readonly log: { warn(details: object, message: string): void }
}

/** Also without a wake-up: for what a command or an instance that was killed has left, within the second that a removal may take. */
const POLL_MS = 400

/** Settles what others leave behind, in the background of a process. */
export function createOutdatedClaimsSettler({ database, log }: OutdatedClaimsDeps): BackgroundLoop {
  return new BackgroundLoop({
    ...{ database, topic: OUTDATED_CLAIMS_TOPIC, pollMilliseconds: POLL_MS },
    async look() {
      await settleOutdatedClaims(database)
      return false
    },
    onError: (error) => log.warn({ error }, 'outdated claims cannot be settled; it is tried again'),
  })
}
