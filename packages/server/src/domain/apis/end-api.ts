import type { Transaction } from '../../platform/database/database.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import type { Api } from './api.ts'
import { deleteEndedApi, markApiEnded, selectEndedApis } from './api-store.ts'
import { lockApi } from './change-api.ts'
import { outliveLifetime } from './outlived-lifetime.ts'

/**
 * Ends an API: from here on nobody gets a token for it. What is still there of it goes afterwards, step by step; `forgetApi` is the last of the
 * steps, and only then its audience is free. Undefined: there is none.
 */
export async function endApi(
  tx: Transaction,
  audience: string,
  actor: Actor,
  check: (before: Api) => void = () => {},
): Promise<Api | undefined> {
  const api = await lockApi(tx, audience)
  if (api) check(api)
  if (!api || !(await markApiEnded(tx.sql, audience, tx.now))) return undefined
  await outliveLifetime(tx, api)
  await recordAuditEvent(tx, { act: 'api.deleted', actor, outcome: 'done', detail: { audience } })
  return api
}

/** Those that have ended and are not forgotten yet. */
export const listEndedApis: typeof selectEndedApis = selectEndedApis

export async function forgetApi(tx: Transaction, audience: string): Promise<void> {
  await deleteEndedApi(tx.sql, audience)
}
