import { type SigningAlgorithm, signingAlgorithms } from '../keys/signing-key.ts'

/** How an API's access tokens are signed. HS256 is a shared secret, for one app that issues and verifies. */
export type TokenAlgorithm = SigningAlgorithm | 'HS256'
export const tokenAlgorithms: readonly TokenAlgorithm[] = [...signingAlgorithms, 'HS256']
