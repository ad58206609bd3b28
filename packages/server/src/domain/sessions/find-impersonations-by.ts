import { selectImpersonations } from './session-store.ts'

/** The sessions in which an administrator acts as others, that have not ended. */
export const findImpersonationsBy: typeof selectImpersonations = selectImpersonations
