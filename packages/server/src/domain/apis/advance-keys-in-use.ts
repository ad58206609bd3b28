import { advanceSigningKeys, type KeyDeps } from '../keys/advance-signing-keys.ts'
import { signingAlgorithms } from '../keys/signing-key.ts'
import { listApis } from './list-apis.ts'

/**
 * Makes, activates and retires signing keys as due, for the algorithms of the registered APIs, and for ES256 always. Whoever registers an
 * API calls it afterwards, so that its tokens can be signed.
 */
export async function advanceKeysInUse(deps: KeyDeps): Promise<void> {
  const inUse = new Set<string>(['ES256', ...(await listApis(deps.database.read)).map((api) => api.algorithm)])
  await advanceSigningKeys(
    deps,
    signingAlgorithms.filter((algorithm) => inUse.has(algorithm)),
  )
}
