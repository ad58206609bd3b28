import type { Argon2Parameters } from '../../domain/credentials/argon2-parameters.ts'
import type { TokenIssuer } from '../../domain/tokens/issue-access-token.ts'
import type { Clock } from '../../platform/clock/clock.ts'
import type { Database } from '../../platform/database/database.ts'
import type { HashQueue } from '../../platform/hash-queue/hash-queue.ts'
import type { Theme } from '../../platform/html/theme.ts'
import type { IssuerUrls } from '../issuer-urls.ts'

export interface LoginDeps {
  readonly urls: IssuerUrls
  readonly database: Database
  readonly clock: Clock
  readonly hashQueue: HashQueue
  readonly tokenIssuer: TokenIssuer
  /** What a new hash costs. */
  readonly parameters: Argon2Parameters
  readonly theme: Theme
  readonly countLogin: (outcome: 'succeeded' | 'refused' | 'throttled' | 'busy' | 'invalid_target') => void
  readonly countToken: (algorithm: string) => void
}
