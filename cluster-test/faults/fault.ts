import type { Cluster } from '../cluster.ts'
import type { Moment } from '../load/act.ts'
import type { MemoryDisk } from './memory-disk.ts'
import type { SlowDisk } from './slow-disk.ts'

/** What faults are made with, beside the cluster. */
export interface Tools {
  readonly cluster: Cluster
  /** The disk of the first primary; a sentence where there is none. */
  readonly smallDisk: MemoryDisk | string
  /** Makes PostgreSQL's disks slow; a sentence where that can't be done. */
  readonly slowDisk: SlowDisk | string
}

export interface Lifted {
  /** When the fault was over, and nothing but its consequences was left. */
  readonly liftedAt: Moment
  readonly note?: string
}

/** Something that goes wrong, and is put right again. */
export interface Fault {
  readonly name: string
  /** Why it can't be made here; undefined: it can. */
  readonly findObstacle?: (tools: Tools) => string | undefined
  /** Nothing goes wrong: what is looked at is how it is when all is well. */
  readonly isNone?: true
  /** Which guard's wall clock is wrong meanwhile. */
  readonly wrongClockOf?: string
  readonly make: (tools: Tools) => Promise<Lifted>
}
