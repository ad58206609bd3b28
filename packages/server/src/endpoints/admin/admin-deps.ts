import type { AuditTreeKeeper } from '../../domain/audit-tree/audit-tree-keeper.ts'
import type { AuditVerification } from '../../domain/audit-tree/audit-verification.ts'
import type { ProofVerifier } from '../../domain/dpop/proof-verifier.ts'
import type { LoginDeps } from '../../domain/login/login-deps.ts'
import type { AccessTokenIssuer } from '../../domain/tokens/issue-access-token.ts'
import type { IssuedTokenDeps } from '../../domain/tokens/verify-issued-token.ts'
import type { Database } from '../../platform/database/database.ts'
import type { Theme } from '../../platform/html/theme.ts'
import type { NoteSigner } from '../../platform/signed-note/signed-note.ts'
import type { IssuerUrls } from '../issuer-urls.ts'

/** What the acts of the Admin API are done with. */
export interface AdminDeps extends IssuedTokenDeps, LoginDeps {
  readonly database: Database
  readonly urls: IssuerUrls
  readonly theme: Theme
  readonly proofs: ProofVerifier
  readonly auditTree: AuditTreeKeeper
  readonly auditVerification: AuditVerification
  readonly auditSigner: NoteSigner
  /** Nobody is waited for once it is aborted. */
  readonly stopping: AbortSignal
  /** How many days an account that is to be deleted can still be kept. */
  readonly deletionGraceDays: number
  readonly tokenIssuer: AccessTokenIssuer
  /** Whether who is invited can open an account. */
  readonly acceptsInvitations: boolean
  /** Whether mails are sent, or shown in development. */
  readonly sendsMails: boolean
  /** Whether administrators may act as people. */
  readonly allowsImpersonation: boolean
  /** Whether webhooks get into the network that this server is in. */
  readonly webhooksReachPrivateNetworks: boolean
  /** Each setting that this server runs with, secrets masked. */
  readonly settings: readonly ShownSetting[]
  /** Streams of the revocation feed that are open here, of readers who prove no client. */
  readonly countUnnamedStreams: () => number
}

/** A setting as others may see it. */
export interface ShownSetting {
  readonly name: string
  readonly variable: string | undefined
  /** JSON. */
  readonly value: unknown
  readonly source: 'environment' | 'file' | 'default'
  readonly isMasked: boolean
}
