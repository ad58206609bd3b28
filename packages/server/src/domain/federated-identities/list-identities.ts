import { selectIdentitiesOf } from './federated-identity-store.ts'

/** The identities of an account, the first linked first. */
export const listIdentities: typeof selectIdentitiesOf = selectIdentitiesOf
