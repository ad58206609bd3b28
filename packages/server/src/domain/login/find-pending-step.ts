import type { Queries } from '../../platform/database/database.ts'
import { type Acr, isPasskey, isTwoSteps, reachesAcr } from '../assurance/acr.ts'
import { listPasskeys } from '../passkeys/list-passkeys.ts'
import type { Factor } from './factor.ts'
import { listFactors } from './list-factors.ts'

/** Where a login stands. */
export interface LoginProgress {
  readonly accountId: string
  /** What was proved so far. */
  readonly methods: readonly string[]
  /** What the client, the API or a role of the account demands. Absent: nothing. */
  readonly demanded: Acr | undefined
  /** Whether the person has asked not to be asked in this browser. */
  readonly isDeviceRemembered: boolean
}

/** What is still to be done: to prove one of these factors, or to get one first. */
export type PendingStep =
  | {
      readonly kind: 'second_factor'
      /** None where the only ones are suspended, and none may take their place. */
      readonly factors: readonly Factor[]
      /** Whether it is demanded, and not only the account's own wish. */
      readonly isDemanded: boolean
    }
  | { readonly kind: 'enrolment' }

/**
 * Decides what is still pending before a session may be opened; absent: nothing. The one place that does, from stored state, after
 * each step anew. A passkey alone asks nobody for more; it is offered where more is asked for.
 */
export async function findPendingStep(sql: Queries, progress: LoginProgress): Promise<PendingStep | undefined> {
  const { accountId, methods, demanded, isDeviceRemembered } = progress
  if (isTwoSteps(methods) && reachesAcr(methods, demanded)) return undefined
  // The same passkey twice is one factor, and so is another beside it.
  const all = (await listFactors(sql, accountId)).filter((factor) => factor !== 'passkey' || !isPasskey(methods))
  // Who has no passkey is asked for none, but for what comes next: what else is demanded may be that, and whoever wants more is told by what
  // the session reaches.
  const reachable = demanded === 'phr' && !all.includes('passkey') ? 'aal2' : demanded
  const factors = reachable === 'phr' ? all.filter((factor) => factor === 'passkey') : all
  const isDemanded = !reachesAcr(methods, reachable)
  if (isDemanded) {
    // Whoever has suspended a passkey, perhaps by a mail alone, must not put a factor of their own in its place.
    const isOneSuspended = !isPasskey(methods) && (await listPasskeys(sql, accountId)).length > 0
    const mayEnrol = factors.length === 0 && !isOneSuspended
    return mayEnrol ? { kind: 'enrolment' } : { kind: 'second_factor', factors, isDemanded }
  }
  const isWished = all.includes('totp') && !isDeviceRemembered && !isTwoSteps(methods)
  return isWished ? { kind: 'second_factor', factors: all, isDemanded } : undefined
}
