import { selectSessionPage } from './session-store.ts'

/** Some of the sessions that match, the latest first. */
export const pageSessions: typeof selectSessionPage = selectSessionPage
