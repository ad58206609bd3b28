import type { Acr } from './acr.ts'

/** What an operator may require of whoever signs in, in their words, and what it takes to have it. */
const acrOfFactor = { mfa: 'aal2' } as const satisfies Record<string, Acr>

export const requirableFactors: readonly string[] = Object.keys(acrOfFactor)

export const REQUIRED_FACTOR_SENTENCE: string = `The factor that can be required is ${requirableFactors.join(' or ')}.`

/** The word of an operator → what is demanded; absent for any other word, and for none. */
export function parseRequiredFactor(text = ''): Acr | undefined {
  return Object.hasOwn(acrOfFactor, text) ? acrOfFactor[text as keyof typeof acrOfFactor] : undefined
}

/** The word for what is demanded; absent where nothing is. */
export function nameRequiredFactor(acr: Acr | undefined): string | undefined {
  return Object.entries(acrOfFactor).find(([, demanded]) => demanded === acr)?.[0]
}
