import { setTimeout as sleep } from 'node:timers/promises'
import { LONELY_GUARD } from '../cluster.ts'
import { now } from '../load/act.ts'
import type { Fault, Lifted } from './fault.ts'
import { getMember } from './instance-faults.ts'

const HOUR_MS = 3_600_000

export const clockAhead: Fault = {
  name: 'The clock of an instance is an hour ahead for 8 s',
  make: (tools) => shiftClock(getMember(tools).instance, HOUR_MS),
}

export const clockBehind: Fault = {
  name: 'The clock of an instance is an hour behind for 8 s',
  make: (tools) => shiftClock(getMember(tools).instance, -HOUR_MS),
}

export const guardClockAhead: Fault = {
  name: 'The clock of a guard is an hour ahead for 8 s',
  wrongClockOf: LONELY_GUARD,
  make: ({ cluster }) => shiftClock(cluster.lonelyGuard, HOUR_MS),
}

export const guardClockBehind: Fault = {
  name: 'The clock of a guard is an hour behind for 8 s',
  wrongClockOf: LONELY_GUARD,
  make: ({ cluster }) => shiftClock(cluster.lonelyGuard, -HOUR_MS),
}

async function shiftClock(of: { setClock(shiftMilliseconds: number): void }, milliseconds: number): Promise<Lifted> {
  of.setClock(milliseconds)
  await sleep(8000)
  of.setClock(0)
  return { liftedAt: now() }
}
