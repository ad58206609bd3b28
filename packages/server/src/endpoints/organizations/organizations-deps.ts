import type { Clock } from '../../platform/clock/clock.ts'
import type { Database } from '../../platform/database/database.ts'
import type { Theme } from '../../platform/html/theme.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'
import type { IssuerUrls } from '../issuer-urls.ts'

export interface OrganizationsDeps {
  readonly urls: IssuerUrls
  readonly database: Database
  readonly clock: Clock
  readonly sealer: Sealer
  readonly theme: Theme
  /** Whether people create organizations themselves. */
  readonly mayCreate: boolean
}
