import { selectIsFactorRequired } from './client-store.ts'

/** Whether any client demands a second factor of its people. */
export const isFactorRequiredByClient: typeof selectIsFactorRequired = selectIsFactorRequired
