import { setTimeout as sleep } from 'node:timers/promises'
import { now } from '../load/act.ts'
import { clockAhead, clockBehind, guardClockAhead, guardClockBehind } from './clock-faults.ts'
import {
  connectionsUsedUp,
  diskFull,
  diskSlow,
  fileDiskFull,
  primaryFenced,
  primaryHangs,
  primaryKilled,
  standbyDown,
  standbyMade,
} from './database-faults.ts'
import type { Fault } from './fault.ts'
import { guardSilenced } from './guard-faults.ts'
import { allInstancesKilled, instanceHangs, instanceKilled } from './instance-faults.ts'
import {
  allCut,
  allSlow,
  clientsThrottled,
  connectionStorm,
  halfClosed,
  instanceCut,
  instanceSilenced,
} from './network-faults.ts'

const calm: Fault = {
  name: 'Nothing, for 20 s',
  isNone: true,
  async make() {
    await sleep(20_000)
    return { liftedAt: now() }
  },
}

/** In this order: the disk that can be filled is that of the first primary, and a fail-over needs a standby. */
export const allFaults: readonly Fault[] = [
  calm,
  instanceKilled,
  allInstancesKilled,
  instanceHangs,
  instanceCut,
  instanceSilenced,
  allCut,
  halfClosed,
  allSlow,
  clientsThrottled,
  connectionStorm,
  connectionsUsedUp,
  standbyDown,
  diskSlow,
  diskFull,
  primaryHangs,
  clockAhead,
  clockBehind,
  guardClockAhead,
  guardClockBehind,
  guardSilenced,
  primaryKilled,
  standbyMade,
  primaryFenced,
  standbyMade,
]

/** For one instance on SQLite. */
export const faultsOfOne: readonly Fault[] = [calm, allInstancesKilled, fileDiskFull]

/** What fits into a test run. */
export const fewFaults: readonly Fault[] = [instanceKilled, instanceCut, primaryKilled]
