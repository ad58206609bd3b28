import type { LoginDeps } from '../../domain/login/login-deps.ts'
import type { LoginOutcome } from '../../domain/login/login-outcome.ts'
import type { UpstreamClients } from '../../domain/upstreams/upstream-clients.ts'
import type { Theme } from '../../platform/html/theme.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'
import type { IssuerUrls } from '../issuer-urls.ts'

export interface FederationDeps extends LoginDeps {
  readonly urls: IssuerUrls
  readonly sealer: Sealer
  readonly theme: Theme
  readonly upstreams: UpstreamClients
  readonly countLogin: (outcome: LoginOutcome) => void
}
