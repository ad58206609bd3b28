import { selectSigningKeys } from './signing-key-store.ts'

/** All signing keys, the oldest first, retired ones included. */
export const listSigningKeys: typeof selectSigningKeys = selectSigningKeys
