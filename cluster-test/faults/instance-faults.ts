import { setTimeout as sleep } from 'node:timers/promises'
import type { Member } from '../cluster.ts'
import { now } from '../load/act.ts'
import type { Fault, Tools } from './fault.ts'

export const instanceKilled: Fault = {
  name: 'An instance is killed (kill -9), and started again after 3 s',
  async make(tools) {
    const { instance } = getMember(tools)
    await instance.kill()
    await sleep(3000)
    await instance.start()
    return { liftedAt: now() }
  },
}

export const allInstancesKilled: Fault = {
  name: 'All instances are killed at once, and started again at once',
  async make({ cluster: { members } }) {
    await Promise.all(members.map(({ instance }) => instance.kill()))
    await Promise.all(members.map(({ instance }) => instance.start()))
    return { liftedAt: now() }
  },
}

export const instanceHangs: Fault = {
  name: 'An instance hangs for 6 s (SIGSTOP)',
  async make(tools) {
    const { instance } = getMember(tools)
    instance.freeze()
    await sleep(6000)
    instance.thaw()
    return { liftedAt: now() }
  },
}

/** The one that fails, where one does. */
export function getMember({ cluster }: Tools): Member {
  const [member] = cluster.members
  if (member === undefined) throw new Error('a cluster has an instance')
  return member
}
