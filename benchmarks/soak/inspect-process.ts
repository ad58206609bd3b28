import { readdirSync } from 'node:fs'
import { readMemory } from '../measuring/describe-machine.ts'

/** What a process holds, after its garbage was collected. */
export interface Holdings {
  readonly residentMegabytes: number
  readonly heapMegabytes: number
  /** Memory outside the heap that objects in it hold, such as buffers. */
  readonly externalMegabytes: number
  /** What keeps an event loop alive: sockets, timers, files. */
  readonly handles: number
  readonly descriptors: number
}

export interface Inspector {
  take(): Promise<Holdings>
  close(): void
}

interface Answer {
  readonly id?: number
  readonly result?: { readonly result?: { readonly value?: string } }
}

const expression =
  'JSON.stringify({ ...process.memoryUsage(), handles: process.getActiveResourcesInfo().filter((name) => name !== "Immediate").length })'

/** Looks into a process of Node that was started with `--inspect`, by the address that it printed. */
export async function inspectProcess(pid: number, address: string): Promise<Inspector> {
  const socket = new WebSocket(address)
  await new Promise((resolve, reject) => {
    socket.onopen = resolve
    socket.onerror = () => reject(new Error(`${address} can't be inspected`))
  })
  const waiting = new Map<number, (answer: Answer) => void>()
  socket.onmessage = ({ data }) => {
    const answer = JSON.parse(String(data)) as Answer
    if (answer.id !== undefined) waiting.get(answer.id)?.(answer)
  }
  let last = 0
  const ask = (method: string, params: object = {}): Promise<Answer> =>
    new Promise((resolve) => {
      last += 1
      waiting.set(last, resolve)
      socket.send(JSON.stringify({ id: last, method, params }))
    })
  return {
    async take() {
      // Twice: what finalizers let go in the first is collected in the second.
      await ask('HeapProfiler.collectGarbage')
      await ask('HeapProfiler.collectGarbage')
      const { result } = await ask('Runtime.evaluate', { expression, returnByValue: true })
      const usage = JSON.parse(result?.result?.value ?? '{}') as Readonly<Record<string, number>>
      return {
        residentMegabytes: readMemory(pid).residentMegabytes,
        heapMegabytes: (usage.heapUsed ?? Number.NaN) / 1e6,
        externalMegabytes: (usage.external ?? Number.NaN) / 1e6,
        handles: usage.handles ?? Number.NaN,
        descriptors: readdirSync(`/proc/${pid}/fd`).length,
      }
    },
    close: () => socket.close(),
  }
}
