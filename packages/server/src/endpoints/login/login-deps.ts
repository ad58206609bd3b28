import type { LoginDeps } from '../../domain/login/login-deps.ts'
import type { LoginOutcome } from '../../domain/login/login-outcome.ts'
import type { RefreshKeyRing } from '../../domain/refresh-keys/refresh-key-ring.ts'
import type { AccessTokenIssuer } from '../../domain/tokens/issue-access-token.ts'
import type { TokenOrigin } from '../../domain/tokens/token-origin.ts'
import type { Theme } from '../../platform/html/theme.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'
import type { IssuerUrls } from '../issuer-urls.ts'

/** What else leads into an account than a password, by settings. */
export interface OtherWays {
  readonly recoveryPath: string
  readonly emailLoginPath: string | undefined
  readonly signUpPath: string | undefined
}

export interface LoginEndpointDeps extends LoginDeps {
  readonly otherWays: OtherWays
  readonly urls: IssuerUrls
  readonly sealer: Sealer
  readonly tokenIssuer: AccessTokenIssuer
  readonly refreshKeys: RefreshKeyRing
  readonly theme: Theme
  readonly countLogin: (outcome: LoginOutcome) => void
  readonly countToken: (algorithm: string, origin: TokenOrigin) => void
}
