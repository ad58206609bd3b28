import { selectApi } from './api-store.ts'

/** The API of this audience, if one is registered. */
export const findApi: typeof selectApi = selectApi
