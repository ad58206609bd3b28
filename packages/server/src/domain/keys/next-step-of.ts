import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import { PUBLISH_AHEAD_MS, RETIRING_MS, ROTATION_MS } from './plan-key-schedule.ts'
import type { SigningKey, SigningKeyState } from './signing-key.ts'

export interface KeyStep {
  readonly state: SigningKeyState
  readonly at: EpochMilliseconds
}

/** What comes next for a key whose algorithm is in use, by the schedule of `planKeySchedule`. Undefined: nothing any more. */
export function nextStepOf(key: SigningKey, all: readonly SigningKey[]): KeyStep | undefined {
  switch (key.state) {
    case 'pending':
      return { state: 'active', at: key.stateSince + PUBLISH_AHEAD_MS }
    case 'active':
      return { state: 'retiring', at: findSuccession(key, all) }
    case 'retiring':
      return { state: 'retired', at: key.stateSince + RETIRING_MS }
    case 'retired':
      return undefined
  }
}

/** It signs until its successor does. */
function findSuccession({ algorithm, stateSince }: SigningKey, all: readonly SigningKey[]): EpochMilliseconds {
  const successor = all.find((other) => other.algorithm === algorithm && other.state === 'pending')
  return successor === undefined ? stateSince + ROTATION_MS : successor.stateSince + PUBLISH_AHEAD_MS
}
