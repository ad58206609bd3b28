import type { KeyRing } from '../../domain/keys/key-ring.ts'
import type { RefreshKeyRing } from '../../domain/refresh-keys/refresh-key-ring.ts'
import type { RefreshOutcome } from '../../domain/sessions/refresh-outcome.ts'
import type { AccessTokenIssuer } from '../../domain/tokens/issue-access-token.ts'
import type { Clock } from '../../platform/clock/clock.ts'
import type { Database } from '../../platform/database/database.ts'
import type { IssuerUrls } from '../issuer-urls.ts'

export interface TokenEndpointDeps {
  readonly urls: IssuerUrls
  readonly issuer: string
  readonly keyRing: KeyRing
  readonly database: Database
  readonly clock: Clock
  readonly refreshKeys: RefreshKeyRing
  readonly tokenIssuer: AccessTokenIssuer
  readonly countRefresh: (outcome: RefreshOutcome) => void
  readonly countToken: (algorithm: string) => void
}
