import type { VerificationKey } from '../jws/key-set.ts'
import { describeError } from '../keys/describe-error.ts'
import { discoverMetadata } from '../keys/discover-metadata.ts'
import { fetchJson } from '../keys/fetch-json.ts'
import { importKeySet } from '../keys/import-key-set.ts'
import type { GuardSettings } from '../parse-options.ts'
import type { ObtainedKeys } from './explain-checks.ts'

/** Gives the keys of the options, or fetches the issuer's once, as the guard does. */
export async function obtainKeys(settings: GuardSettings<unknown>): Promise<ObtainedKeys<VerificationKey>> {
  if (settings.keySet !== undefined) return { ok: true, keySet: settings.keySet }
  const { issuer, algorithms } = settings.policy
  const fetching = { fetch: settings.fetch, signal: new AbortController().signal }
  try {
    const { jwks_uri } = await discoverMetadata(issuer, fetching)
    const { document } = await fetchJson(jwks_uri, fetching)
    const { keySet, ignored } = importKeySet(document, algorithms)
    if (keySet.keys.length > 0) return { ok: true, keySet }
    return { ok: false, sentence: ['the issuer has no key that can be used', ...ignored].join('; ') }
  } catch (error) {
    return { ok: false, sentence: describeError(error) }
  }
}
