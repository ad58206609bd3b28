import type { Acr } from '../domain/assurance/acr.ts'
import { findPendingStep } from '../domain/login/find-pending-step.ts'
import type { Session } from '../domain/sessions/session.ts'
import type { Queries } from '../platform/database/database.ts'

/** Whether who is signed in must prove more. A browser that is remembered was let in, so it is asked only for what is demanded. */
export async function needsStep(
  sql: Queries,
  { accountId, methods }: Session,
  demanded: Acr | undefined,
): Promise<boolean> {
  const pending = await findPendingStep(sql, { accountId, methods, demanded, isDeviceRemembered: true })
  return pending !== undefined
}
