/** What one hash costs. */
export interface Argon2Parameters {
  /** Memory in KiB (`m`). */
  readonly memoryKibibytes: number
  /** How many times the memory is gone over (`t`). */
  readonly passes: number
  /** Lanes (`p`). */
  readonly parallelism: number
}

/**
 * What we hash with unless configured higher: 19 MiB, 2 passes, 1 lane, the least that the OWASP Password Storage Cheat Sheet
 * accepts for Argon2id; about 20 ms of a core.
 */
export const minimumParameters: Argon2Parameters = { memoryKibibytes: 19_456, passes: 2, parallelism: 1 }

/** The most that one verification may cost: 256 MiB at once, 1 GiB gone over in all, 16 lanes; about a second of a core. */
export const maximumParameters: Argon2Parameters & { readonly kibibytesInAll: number } = {
  memoryKibibytes: 262_144,
  passes: 64,
  parallelism: 16,
  kibibytesInAll: 1_048_576,
}

/** Whether they lie within `maximumParameters`. */
export function isAffordable({ memoryKibibytes, passes, parallelism }: Argon2Parameters): boolean {
  return (
    memoryKibibytes <= maximumParameters.memoryKibibytes &&
    passes <= maximumParameters.passes &&
    parallelism <= maximumParameters.parallelism &&
    memoryKibibytes * passes <= maximumParameters.kibibytesInAll
  )
}

/** Whether we may hash with them: no part lower than `minimumParameters`, none higher than `maximumParameters`. For the configuration. */
export function validateParameters(parameters: Argon2Parameters): boolean {
  const { memoryKibibytes, passes, parallelism } = parameters
  if (![memoryKibibytes, passes, parallelism].every(Number.isInteger)) return false
  if (parallelism < minimumParameters.parallelism || isWeaker(parameters, minimumParameters)) return false
  return isAffordable(parameters)
}

/** Whether a part of the cost is lower. Fewer lanes are not weaker. */
export function isWeaker(parameters: Argon2Parameters, than: Argon2Parameters): boolean {
  return parameters.memoryKibibytes < than.memoryKibibytes || parameters.passes < than.passes
}
