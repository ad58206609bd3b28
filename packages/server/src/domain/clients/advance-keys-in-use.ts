import { listApis } from '../apis/list-apis.ts'
import { advanceSigningKeys, type KeyDeps } from '../keys/advance-signing-keys.ts'
import { signingAlgorithms } from '../keys/signing-key.ts'
import { selectIdTokenAlgorithms } from './client-store.ts'

/**
 * Makes, activates and retires signing keys as due, for the algorithms of the registered APIs and of clients' ID tokens, and for ES256
 * always. Whoever registers an API or a client calls it afterwards, so that its tokens can be signed; whoever changes the algorithm
 * of one calls it before.
 *
 * @param soon algorithms that are about to be used. Default: none
 */
export async function advanceKeysInUse(deps: KeyDeps, soon: readonly string[] = []): Promise<void> {
  const { read } = deps.database
  const ofApis = (await listApis(read)).map((api) => api.algorithm)
  const inUse = new Set<string>(['ES256', ...soon, ...ofApis, ...(await selectIdTokenAlgorithms(read))])
  await advanceSigningKeys(
    deps,
    signingAlgorithms.filter((algorithm) => inUse.has(algorithm)),
  )
}
