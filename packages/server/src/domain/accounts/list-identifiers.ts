import { selectIdentifiers } from './account-store.ts'

/** All that may be typed to log in to an account, in the form that is compared, sorted. */
export const listIdentifiers: typeof selectIdentifiers = selectIdentifiers
