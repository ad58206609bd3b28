import type { Algorithm } from './algorithm.ts'
import type { Check } from './check.ts'
import type { JsonObject } from './parse-json-object.ts'
import { quote } from './quote.ts'

export interface HeaderPolicy {
  readonly algorithms: readonly Algorithm[]
  /** Values of `typ`, in lower case and without `application/`; undefined asks for none. */
  readonly type: string | undefined
}

const maxKidLength = 256

/**
 * The rules on a header, in the order in which they are applied.
 *
 * `jwk`, `jku`, `x5c`, `x5u` and `x5t` are never read: keys come from the issuer's key set alone (RFC 8725 §3.10). They are not
 * refused either, because issuers that people use send them, and what nobody reads can't hurt.
 */
export const headerChecks: readonly Check<JsonObject, HeaderPolicy>[] = [
  {
    // RFC 8725 §3.1: only what the caller allows, by exact comparison; so `none` and `None` need no rule of their own.
    name: 'algorithm',
    passes: ({ alg }, { algorithms }) => (algorithms as readonly unknown[]).includes(alg),
    expected: ({ algorithms }) => `alg to be ${algorithms.join(' or ')}`,
    got: ({ alg }) => quote(alg),
  },
  {
    // RFC 7515 §4.1.11: an extension that isn't understood must be refused, and none is. RFC 7797 §3: `b64` changes what
    // was signed.
    name: 'critical',
    passes: (header) => !Object.hasOwn(header, 'crit') && !Object.hasOwn(header, 'b64'),
    expected: () => 'no crit and no b64',
    got: ({ crit, b64 }) =>
      crit === undefined ? (b64 === undefined ? 'neither' : `b64 ${quote(b64)}`) : `crit ${quote(crit)}`,
  },
  {
    // RFC 9068 §4: `at+jwt` or `application/at+jwt`. RFC 7515 §4.1.9: media type names don't distinguish case.
    name: 'type',
    passes: ({ typ }, { type }) => type === undefined || (typeof typ === 'string' && mediaType(typ) === type),
    expected: ({ type }) => (type === undefined ? 'any typ' : `typ to be ${type}`),
    got: ({ typ }) => quote(typ),
  },
  {
    name: 'key',
    passes: ({ kid }) => kid === undefined || (typeof kid === 'string' && kid !== '' && kid.length <= maxKidLength),
    expected: () => `kid to be a text of 1 to ${maxKidLength} characters, or absent`,
    got: ({ kid }) => quote(kid),
  },
]

function mediaType(typ: string): string {
  const lower = typ.toLowerCase()
  return lower.startsWith('application/') ? lower.slice('application/'.length) : lower
}
