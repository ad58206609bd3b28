import type { HeldCheckpoint } from '../audit-tree/verify-audit-log.ts'
import type { FeedGuard } from './feed-guard-store.ts'

/** What guards remember of the audit log, as evidence of it. */
export function holdCheckpoints(guards: readonly FeedGuard[]): readonly HeldCheckpoint[] {
  return guards.flatMap(({ name, checkpoint }) =>
    checkpoint === undefined ? [] : [{ holder: `the guard ${name}`, note: checkpoint }],
  )
}
