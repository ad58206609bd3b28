import type { Clock } from '../../platform/clock/clock.ts'
import type { Database } from '../../platform/database/database.ts'
import type { HashQueue } from '../../platform/hash-queue/hash-queue.ts'
import type { Argon2Parameters } from '../credentials/argon2-parameters.ts'

/** What a login is verified with. */
export interface LoginDeps {
  readonly database: Database
  readonly hashQueue: HashQueue
  readonly clock: Clock
  /** What new hashes cost. Default: `minimumParameters`. */
  readonly passwordCost?: Argon2Parameters | undefined
}
