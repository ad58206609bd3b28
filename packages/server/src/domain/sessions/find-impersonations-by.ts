import { selectImpersonations, selectImpersonators } from './session-store.ts'

/** The sessions in which an administrator acts as others, that have not ended. */
export const findImpersonationsBy: typeof selectImpersonations = selectImpersonations

/** Which administrators act as others in sessions that have not ended. There are never many: such a session lives for minutes. */
export const listImpersonators: typeof selectImpersonators = selectImpersonators
