import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { now } from '../load/act.ts'
import type { Fault, Lifted, Tools } from './fault.ts'

/** After which whoever watches over the primary holds it for dead. */
const detectionMilliseconds = 1000

export const primaryKilled: Fault = {
  name: 'The primary is killed (kill -9), and after 1 s the standby is promoted',
  async make({ cluster: { pair } }) {
    await pair.primary.kill()
    await sleep(detectionMilliseconds)
    await pair.promote()
    return { liftedAt: now() }
  },
}

export const standbyMade: Fault = {
  name: 'A standby is made anew from the running primary, and commits wait for it again',
  findObstacle: ({ cluster }) => (cluster.pair.standby === undefined ? undefined : 'there is a standby'),
  async make({ cluster: { pair } }) {
    await pair.makeStandby()
    return { liftedAt: now() }
  },
}

export const primaryHangs: Fault = {
  name: 'The primary hangs for 12 s (SIGSTOP), and goes on',
  async make({ cluster: { pair } }) {
    pair.primary.freeze()
    await sleep(12_000)
    pair.primary.thaw()
    return { liftedAt: now() }
  },
}

export const primaryFenced: Fault = {
  name: 'The primary hangs; after 2 s it is fenced and the standby promoted; then it wakes up, and finds nobody',
  async make({ cluster: { pair, members } }) {
    pair.primary.freeze()
    await sleep(2 * detectionMilliseconds)
    for (const { databaseLink } of members) databaseLink.set({ kind: 'cut' })
    pair.replication.set({ kind: 'cut' })
    const before = await pair.promote()
    for (const { databaseLink } of members) databaseLink.lift()
    const liftedAt = now()
    before.thaw()
    await sleep(3000)
    await before.kill()
    pair.replication.lift()
    return { liftedAt }
  },
}

export const standbyDown: Fault = {
  name: 'The standby is down for 20 s, and commits wait for it',
  findObstacle: ({ cluster }) => (cluster.pair.standby === undefined ? 'there is no standby' : undefined),
  async make({ cluster: { pair } }) {
    await pair.standby?.kill()
    await sleep(20_000)
    await pair.standby?.start()
    return { liftedAt: now() }
  },
}

export const diskSlow: Fault = {
  name: 'Each flush to the disks of primary and standby takes 150 ms more, for 10 s',
  async make({ cluster: { pair }, slowDisk }) {
    if (typeof slowDisk !== 'string') return slowDown((milliseconds) => slowDisk.set(milliseconds), '')
    const delay = (delayMilliseconds: number) => pair.replication.set({ kind: 'slow', delayMilliseconds })
    return slowDown(delay, `${slowDisk}: so what the standby hears takes as long`)
  },
}

async function slowDown(set: (milliseconds: number) => void, note: string): Promise<Lifted> {
  set(150)
  await sleep(10_000)
  set(0)
  return note === '' ? { liftedAt: now() } : { liftedAt: now(), note }
}

export const diskFull: Fault = {
  name: 'The disk of the primary is full for 8 s',
  findObstacle: ({ cluster: { pair }, smallDisk }) => {
    if (typeof smallDisk === 'string') return smallDisk
    return smallDisk.holds(pair.primary.folder) ? undefined : 'the primary is on another disk by now'
  },
  async make({ cluster: { pair }, smallDisk }) {
    if (typeof smallDisk === 'string') throw new Error(smallDisk)
    smallDisk.fill()
    await sleep(8000)
    smallDisk.empty()
    if (pair.primary.isRunning) return { liftedAt: now(), note: 'PostgreSQL went on' }
    await pair.primary.start()
    return { liftedAt: now(), note: 'PostgreSQL had ended, and was started again' }
  },
}

export const fileDiskFull: Fault = {
  name: 'The disk of the database is full for 8 s',
  findObstacle: ({ smallDisk }) => (typeof smallDisk === 'string' ? smallDisk : undefined),
  async make({ smallDisk }) {
    if (typeof smallDisk === 'string') throw new Error(smallDisk)
    smallDisk.fill()
    await sleep(8000)
    smallDisk.empty()
    return { liftedAt: now() }
  },
}

export const connectionsUsedUp: Fault = {
  name: 'Others use up max_connections of PostgreSQL for 8 s, after every connection was reset',
  async make({ cluster }) {
    const taken: Client[] = []
    for (const { databaseLink } of cluster.members) databaseLink.set({ kind: 'cut' })
    while (await takeConnection(cluster, taken));
    for (const { databaseLink } of cluster.members) databaseLink.lift()
    await sleep(8000)
    await Promise.all(taken.map((client) => client.end().catch(() => {})))
    return { liftedAt: now() }
  },
}

async function takeConnection({ pair }: Tools['cluster'], taken: Client[]): Promise<boolean> {
  const client = new Client({ connectionString: pair.url(pair.primary.port) })
  client.on('error', () => {})
  try {
    await client.connect()
    taken.push(client)
    return true
  } catch {
    return false
  }
}
