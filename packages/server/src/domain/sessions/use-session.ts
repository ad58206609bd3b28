import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Database } from '../../platform/database/database.ts'
import type { Session } from './session.ts'
import { updateUse } from './session-store.ts'

/** A browser asks for several things at once: its session's use is written down once a minute. */
const USE_STEP_MS = 60_000

/** Notes that a browser's session is used, so that it lives on. */
export async function useSession(database: Database, session: Session, now: EpochMilliseconds): Promise<void> {
  if (now - session.usedAt < USE_STEP_MS) return
  const expiresAt = Math.min(session.absoluteEnd, now + session.idleMilliseconds)
  await database.write((tx) => updateUse(tx.sql, session.id, now, expiresAt))
}
