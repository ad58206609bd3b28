import { existsSync, statfsSync } from 'node:fs'
import path from 'node:path'
import type { Config } from '../../config.ts'
import type { Argon2Parameters } from '../../domain/credentials/argon2-parameters.ts'
import { hashPassword } from '../../domain/credentials/hash-password.ts'
import { parseDatabaseUrl } from '../../platform/database/parse-database-url.ts'
import { createHashQueue } from '../../platform/hash-queue/hash-queue.ts'
import { type Finding, found } from './finding.ts'

export interface Volume {
  /** Linux's number of its kind of file system. */
  readonly type: number
  readonly freeBytes: number
}

/** linux/magic.h: where locks are known to fail, or may. */
const networkFileSystems: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x65735546, 'FUSE'],
  [0x01021997, '9P'],
  [0x00c36400, 'Ceph'],
  [0x0bd00bd0, 'Lustre'],
  [0x5346414f, 'AFS'],
])
const TMPFS = 0x01021994
const LITTLE_BYTES = 1024 ** 3
const TOO_LITTLE_BYTES = 100 * 1024 ** 2

/** What can be said of this machine: its disk, its Node, and how long it hashes. */
export async function checkMachine(config: Config): Promise<readonly Finding[]> {
  const disk = checkDisk(config)
  return [...(disk ? [disk] : []), checkNode(process.versions.node), await checkPasswordCost(config.passwordCost)]
}

function checkDisk({ databaseUrl, dataDir }: Config): Finding | undefined {
  const address = parseDatabaseUrl(databaseUrl)
  const folder = nearestFolder(address.dialect === 'sqlite' ? path.dirname(address.path) : dataDir)
  const { type, bavail, bsize } = statfsSync(folder)
  const volume = { type: process.platform === 'linux' ? type : 0, freeBytes: bavail * bsize }
  return judgeVolume(volume, { folder, holdsDatabase: address.dialect === 'sqlite' })
}

function nearestFolder(folder: string): string {
  return existsSync(folder) ? folder : nearestFolder(path.dirname(folder))
}

export function judgeVolume(
  { type, freeBytes }: Volume,
  { folder, holdsDatabase }: { readonly folder: string; readonly holdsDatabase: boolean },
): Finding | undefined {
  // On PostgreSQL the folder holds a secret and no more.
  if (!holdsDatabase) return undefined
  const network = networkFileSystems.get(type >>> 0)
  if (network !== undefined) {
    const sentence = `${folder} is on ${network}, where SQLite’s locks are not safe: put the database on a disk of this machine, or use PostgreSQL.`
    return found('disk', 'error', sentence)
  }
  const megabytes = `${Math.round(freeBytes / 1024 ** 2)} MB`
  if (freeBytes < TOO_LITTLE_BYTES) return found('disk', 'error', `Only ${megabytes} are free in ${folder}: make room.`)
  if (type === TMPFS) {
    return found('disk', 'warning', `${folder} is in memory and gone when the machine restarts: put it on a disk.`)
  }
  if (freeBytes < LITTLE_BYTES) return found('disk', 'warning', `Only ${megabytes} are free in ${folder}: make room.`)
  return found('disk', 'ok', `${megabytes} are free in ${folder}.`)
}

/** Odd ones and those before their autumn are no long-term releases; the package refuses what is too old. */
export function checkNode(version: string): Finding {
  const major = Number(version.split('.')[0])
  if (major % 2 === 0) return found('node', 'ok', `Node ${version}.`)
  const sentence = `Node ${version} is supported for half a year only: use an even major release, such as ${major + 1}.`
  return found('node', 'advice', sentence)
}

async function checkPasswordCost(parameters: Argon2Parameters): Promise<Finding> {
  const hashQueue = createHashQueue({ concurrency: 1 })
  const times: number[] = []
  for (let round = 0; round < 3; round++) {
    const begunAt = performance.now()
    await hashPassword(hashQueue, 'how long does this machine take', { parameters })
    times.push(performance.now() - begunAt)
  }
  return judgePasswordCost(Math.min(...times))
}

const QUICK_MS = 10
const SLOW_MS = 500

export function judgePasswordCost(milliseconds: number): Finding {
  const took = `A password hash takes ${Math.round(milliseconds)} ms of a core here`
  if (milliseconds < QUICK_MS) {
    const sentence = `${took}, which this machine can afford more of: raise passwordCost in ostiary.json, for example to twice the memory.`
    return found('password-cost', 'advice', sentence)
  }
  if (milliseconds <= SLOW_MS) return found('password-cost', 'ok', `${took}.`)
  const sentence = `${took}, so that a core admits fewer than ${Math.ceil(1000 / milliseconds)} logins a second: lower passwordCost in ostiary.json.`
  return found('password-cost', 'warning', sentence)
}
