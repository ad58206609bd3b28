import type { Algorithm } from './algorithm.ts'
import type { Check } from './check.ts'
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
export const headerChecks: readonly Check<HeaderPolicy>[] = [
  {
    // RFC 8725 §3.1: only what the caller allows, by exact comparison; so `none` and `None` need no rule of their own.
    name: 'algorithm',
    member: 'alg',
    passes: ({ alg }, { algorithms }) => (algorithms as readonly unknown[]).includes(alg),
    wants: 'algorithms',
  },
  {
    // RFC 7515 §4.1.11: an extension that isn't understood must be refused, and none is. RFC 7797 §3: `b64` changes what
    // was signed.
    name: 'critical',
    member: 'crit',
    passes: (header) => !Object.hasOwn(header, 'crit') && !Object.hasOwn(header, 'b64'),
    got: ({ crit, b64 }) => quote(crit ?? b64),
  },
  {
    // RFC 9068 §4: `at+jwt` or `application/at+jwt`. RFC 7515 §4.1.9: media type names don't distinguish case.
    name: 'type',
    member: 'typ',
    passes: ({ typ }, { type }) => type === undefined || (typeof typ === 'string' && mediaType(typ) === type),
    wants: 'type',
  },
  {
    name: 'key',
    member: 'kid',
    passes: ({ kid }) => kid === undefined || (typeof kid === 'string' && kid !== '' && kid.length <= maxKidLength),
    expected: () => `kid to have 1 to ${maxKidLength} characters`,
  },
]

function mediaType(typ: string): string {
  const lower = typ.toLowerCase()
  return lower.startsWith('application/') ? lower.slice('application/'.length) : lower
}
