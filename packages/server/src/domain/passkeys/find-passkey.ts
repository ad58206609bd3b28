import { selectPasskey } from './passkey-store.ts'

/** The passkey of a credential id; absent when it is nobody's. */
export const findPasskey: typeof selectPasskey = selectPasskey
