import { setTimeout as sleep } from 'node:timers/promises'
import { now } from '../load/act.ts'
import type { Fault } from './fault.ts'

export const guardSilenced: Fault = {
  name: 'A guard hears nothing for 70 s: it goes stale, then dark',
  async make({ cluster }) {
    cluster.lonelyGuard.link.set({ kind: 'silent' })
    await sleep(70_000)
    cluster.lonelyGuard.link.lift()
    return { liftedAt: now() }
  },
}
