import type { Queries } from '../../platform/database/database.ts'
import { ADMIN_AUDIENCE } from './admin-api.ts'
import type { Api } from './api.ts'
import { selectApi, selectApis } from './api-store.ts'

/** Those that an operator registered, the oldest first: without the Admin API. */
export async function listOperatorsApis(sql: Queries): Promise<readonly Api[]> {
  return (await selectApis(sql)).filter(({ audience }) => audience !== ADMIN_AUDIENCE)
}

/** All registered APIs, the oldest first. */
export const listApis: typeof selectApis = selectApis

/** The API of this audience; absent when none is registered. */
export const findApi: typeof selectApi = selectApi
