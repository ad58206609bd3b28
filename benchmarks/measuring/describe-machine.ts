import { readFileSync } from 'node:fs'
import { cpus, loadavg, platform, release, totalmem } from 'node:os'

/** What the figures depend on. */
export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGibibytes: number
  readonly system: string
  readonly node: string
  readonly openssl: string
}

export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGibibytes: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()}`,
    node: process.version,
    openssl: process.versions.openssl ?? 'unknown',
  }
}

/** How many processes wanted to run, on average over the last minute. */
export function readLoad(): number {
  return loadavg()[0] ?? Number.NaN
}

/** How much memory a process holds, in MB of 10^6 bytes (`VmRSS`), and the most it ever held (`VmHWM`). Linux only. */
export function readMemory(pid: number): { readonly residentMegabytes: number; readonly peakMegabytes: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return { residentMegabytes: readLine(status, 'VmRSS'), peakMegabytes: readLine(status, 'VmHWM') }
}

/** Milliseconds of CPU time that a process has used, to 10 ms. Linux only. @see proc_pid_stat(5), utime and stime */
export function readCpuMilliseconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * 10
}

function readLine(status: string, name: string): number {
  const kibibytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]
  if (kibibytes === undefined) throw new Error(`/proc names no ${name}`)
  return (Number(kibibytes) * 1024) / 1e6
}
