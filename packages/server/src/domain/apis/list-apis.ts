import { selectApis } from './api-store.ts'

/** All registered APIs, the oldest first. */
export const listApis: typeof selectApis = selectApis
