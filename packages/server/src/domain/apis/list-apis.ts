import { selectApi, selectApis } from './api-store.ts'

/** All registered APIs, the oldest first. */
export const listApis: typeof selectApis = selectApis

/** The API of this audience; absent when none is registered. */
export const findApi: typeof selectApi = selectApi
