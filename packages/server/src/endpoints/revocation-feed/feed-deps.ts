import type { AuditTreeKeeper } from '../../domain/audit-tree/audit-tree-keeper.ts'
import type { KeyRing } from '../../domain/keys/key-ring.ts'
import type { FeedFollower } from '../../domain/revocations/feed-follower.ts'
import type { Clock } from '../../platform/clock/clock.ts'
import type { ClientAuthenticationDeps } from '../client-authentication.ts'
import type { IssuerUrls } from '../issuer-urls.ts'
import type { FeedStreams } from './feed-streams.ts'

export interface RevocationFeedDeps extends ClientAuthenticationDeps {
  readonly urls: IssuerUrls
  readonly clock: Clock
  readonly keyRing: KeyRing
  readonly follower: FeedFollower
  readonly streams: FeedStreams
  readonly auditTree: AuditTreeKeeper
}
