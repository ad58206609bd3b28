import type { ProofVerifier } from '../../domain/dpop/proof-verifier.ts'
import type { KeyRing } from '../../domain/keys/key-ring.ts'
import type { RefreshKeyRing } from '../../domain/refresh-keys/refresh-key-ring.ts'
import type { RefreshOutcome } from '../../domain/sessions/refresh-outcome.ts'
import type { AccessTokenIssuer } from '../../domain/tokens/issue-access-token.ts'
import type { TokenOrigin } from '../../domain/tokens/token-origin.ts'
import type { Clock } from '../../platform/clock/clock.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'
import type { ClientAuthenticationDeps } from '../client-authentication.ts'
import type { IssuerUrls } from '../issuer-urls.ts'
import type { OauthError } from '../oauth-error.ts'
import type { TokenAnswer } from '../token-answer.ts'

export type GrantedTokens =
  | { readonly ok: true; readonly answer: TokenAnswer }
  | { readonly ok: false; readonly error: OauthError }

export interface TokenEndpointDeps extends ClientAuthenticationDeps {
  readonly urls: IssuerUrls
  readonly issuer: string
  readonly keyRing: KeyRing
  readonly sealer: Sealer
  readonly proofs: ProofVerifier
  readonly clock: Clock
  readonly refreshKeys: RefreshKeyRing
  readonly tokenIssuer: AccessTokenIssuer
  readonly countRefresh: (outcome: RefreshOutcome) => void
  readonly countToken: (algorithm: string, origin: TokenOrigin) => void
}
