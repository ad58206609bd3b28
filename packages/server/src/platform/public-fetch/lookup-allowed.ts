import type { LookupAddress } from 'node:dns'
import type { LookupFunction } from 'node:net'

/** Why there is no answer: for the log, since it may tell of the network here. */
export class PublicFetchError extends Error {
  override readonly name = 'PublicFetchError'
}

/** Resolves a name, and fails when any of its addresses is not allowed: a name that leads both in and out is a trap. */
export function lookupAllowed(lookup: LookupFunction, isAllowed: (address: string) => boolean): LookupFunction {
  return (name, options, done) => {
    lookup(name, { ...options, all: true }, (error, found) => {
      // Node gives nothing at all beside an error, whatever the type says; what is thrown here would end the process.
      if (error) return done(error, [])
      const addresses: readonly LookupAddress[] = typeof found === 'string' ? [] : found
      const [first] = addresses
      const refused = addresses.find(({ address }) => !isAllowed(address))
      if (refused) return done(new PublicFetchError(`${name} is ${refused.address}, a special-use address`), [])
      if (first === undefined) return done(new PublicFetchError(`${name} has no address`), [])
      return options.all ? done(null, [...addresses]) : done(null, first.address, first.family)
    })
  }
}
