import { selectIdentity } from './federated-identity-store.ts'

/** Whose account an identity is; absent when it is nobody's. */
export const findIdentity: typeof selectIdentity = selectIdentity
