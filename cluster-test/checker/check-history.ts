import { checkAudit } from './check-audit.ts'
import { checkCodes } from './check-codes.ts'
import { checkFeed } from './check-feed.ts'
import { checkGuards } from './check-guards.ts'
import { checkSessions } from './check-sessions.ts'
import { listKnownSessions } from './endings.ts'
import type { Evidence, Violation } from './evidence.ts'

/** Holds everything that clients and guards noted against what is there in the end. */
export function checkHistory(evidence: Evidence): readonly Violation[] {
  const known = listKnownSessions(evidence.acts)
  return [
    ...checkSessions(evidence, known),
    ...checkCodes(evidence),
    ...checkFeed(evidence),
    ...checkGuards(evidence, known),
    ...checkAudit(evidence, known),
  ]
}
