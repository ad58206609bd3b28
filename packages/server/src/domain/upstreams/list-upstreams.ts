import { selectUpstreams } from './upstream-store.ts'

/** All upstream providers, the oldest first. */
export const listUpstreams: typeof selectUpstreams = selectUpstreams
