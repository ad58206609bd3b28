import type { Guard } from './guard.ts'
import type { GuardSettings } from './parse-options.ts'

/** What of a guard's settings matters to who stands around it. */
export type GuardSurroundings = Pick<GuardSettings<never>, 'policy' | 'clock' | 'log' | 'shapeRefusal'>

/** The option `dpop`: puts around a guard, which takes bound tokens then, who asks for their proofs. `@ostiary/guard/dpop` makes it. */
export type ProofRequirement = <Claims>(guard: Guard<Claims>, settings: GuardSurroundings) => Guard<Claims>
