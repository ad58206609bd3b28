import { selectUpstream } from './upstream-store.ts'

/** The upstream provider of this id; absent when there is none. Any text may be asked for. */
export const findUpstream: typeof selectUpstream = selectUpstream
