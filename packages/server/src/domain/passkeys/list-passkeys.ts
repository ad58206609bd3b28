import { selectPasskeysOf } from './passkey-store.ts'

/** The passkeys of an account, the first made first. */
export const listPasskeys: typeof selectPasskeysOf = selectPasskeysOf
