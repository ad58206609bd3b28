/**
 * How sure the server is of who signed in, from the least to the most: one step; two; two of which one cannot be phished.
 *
 * @see NIST SP 800-63B-4 §2 for `aal1` and `aal2`, OpenID Connect Extended Authentication Profile ACR Values 1.0 §3 for `phr`
 */
export const acrValues = ['aal1', 'aal2', 'phr'] as const
export type Acr = (typeof acrValues)[number]

/**
 * What of `acr_values` must be reached: any of them is good, so the least. Absent where none is known here: they are a wish, and whoever
 * insists on another one is told by what the token says.
 *
 * @see OpenID Connect Core §3.1.2.1, RFC 9470 §5
 */
export function parseAcrValues(words: readonly string[]): Acr | undefined {
  return acrValues.find((acr) => words.includes(acr))
}

/** What these methods reach; absent where none is known, since the person proved elsewhere who they are. */
export function acrOf(methods: readonly string[]): Acr | undefined {
  if (methods.length === 0) return undefined
  if (!isTwoSteps(methods)) return 'aal1'
  return isPasskey(methods) ? 'phr' : 'aal2'
}

/** Whether these methods are two steps: two that were made, or a passkey that its device gave out to nobody but its person. */
export function isTwoSteps(methods: readonly string[]): boolean {
  return methods.includes('mfa') || (isPasskey(methods) && methods.includes('user'))
}

/** Whether these methods are enough; absent: anything is. */
export function reachesAcr(methods: readonly string[], demanded: Acr | undefined): boolean {
  return demanded === undefined || rankOf(acrOf(methods)) >= rankOf(demanded)
}

/** The one that demands most; absent where none demands anything. */
export function highestAcr(demands: readonly (Acr | undefined)[]): Acr | undefined {
  const ranked = demands.filter((demand) => demand !== undefined).sort((one, other) => rankOf(other) - rankOf(one))
  return ranked[0]
}

/** The methods of a login that a further step was added to: RFC 8176 §2, `mfa` where there are two. */
export function addMethods(before: readonly string[], added: readonly string[]): readonly string[] {
  return [...new Set([...before, ...added, 'mfa'])]
}

/** Whether a passkey is among these methods. */
export function isPasskey(methods: readonly string[]): boolean {
  return methods.includes('hwk') || methods.includes('swk')
}

function rankOf(acr: Acr | undefined): number {
  return acr === undefined ? -1 : acrValues.indexOf(acr)
}
