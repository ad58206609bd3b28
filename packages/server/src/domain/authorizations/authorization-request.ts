import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Acr } from '../assurance/acr.ts'

/** What a client asks for, checked: RFC 6749 §4.1.1, RFC 7636 §4.3, OpenID Connect Core §3.1.2.1. */
export interface AuthorizationRequest {
  readonly clientId: string
  readonly redirectUri: string
  readonly responseMode: 'query' | 'form_post'
  readonly state: string | undefined
  readonly nonce: string | undefined
  /** base64url of SHA-256 of the verifier. */
  readonly codeChallenge: string
  /** The audience of the API, or the issuer itself where only the person's identity is asked for. */
  readonly audience: string
  /** As granted if the person agrees, `openid` and its relatives among them. */
  readonly scopes: readonly string[]
  readonly prompt: readonly string[]
  readonly maxAgeSeconds: number | undefined
  /** What is to be proved, of what `acr_values` named: RFC 9470 §4. */
  readonly demandedAcr: Acr | undefined
  readonly loginHint: string | undefined
  /** The thumbprint of the key that the code is bound to: RFC 9449 §10. */
  readonly dpopJkt?: string | undefined
  /** The id or slug of the organization that it is to act for, as the client sent it. */
  readonly organization?: string | undefined
  /** Whose session it must be, by an ID token of ours. */
  readonly hintedAccountId: string | undefined
  /** The languages that its pages are to speak, best first, as the client sent them. */
  readonly uiLocales: string | undefined
}

/** A request that waits for its answer. */
export interface PendingRequest {
  readonly id: string
  readonly request: AuthorizationRequest
  /** When it first came through a browser. */
  readonly shownAt: EpochMilliseconds
  /** The organization that the person has chosen for it; undefined: none yet. */
  readonly organizationId: string | undefined
  readonly isAnswered: boolean
}

/** What a code stands for. */
export interface AuthorizationGrant
  extends Pick<
    AuthorizationRequest,
    'clientId' | 'redirectUri' | 'codeChallenge' | 'audience' | 'scopes' | 'nonce' | 'dpopJkt'
  > {
  readonly accountId: string
  /** The organization that it acts for; absent: none. */
  readonly organizationId?: string | undefined
  /** When the person proved who they are. */
  readonly authenticatedAt: EpochMilliseconds
  readonly methods: readonly string[]
  /** The browser's session at this server. */
  readonly browserSessionId: string
  readonly network: string
  readonly userAgent: string | undefined
}
