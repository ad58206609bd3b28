import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { type Findings, keepResult, type Table } from '../document/result.ts'
import { readCpuMilliseconds, readMemory } from '../measuring/describe-machine.ts'
import { median, percentile } from '../measuring/median.ts'
import { type Installation, makeInstallation, renderLogin, startOstiary } from '../server/start-ostiary.ts'

/** One start of the server: milliseconds since its process was asked for, and megabytes (10^6 bytes). */
interface Start {
  readonly listening: number
  readonly firstToken: number
  readonly residentListening: number
  readonly residentFirstToken: number
  /** CPU time of the process until the first token. */
  readonly cpu: number
}

const startNotes: readonly string[] = [
  'Each round starts `ostiary serve` anew on an existing SQLite database, logs in once as soon as it says that it listens, and reads `VmRSS` of its process. The clock starts before the process is made; the login hashes a password with Argon2id, which is in the time, and the memory that it needs (19 MiB) may be in the resident set.',
  'Bare Node is a process with an empty script, bare Fastify one that listens with one route: what any server of this kind pays. They are started in the same rounds. CPU time is disturbed less than the clock by other programs on the machine.',
]

await keepResult('start', async (isQuick): Promise<Findings> => {
  const rounds = isQuick ? 3 : 21
  const installation = await makeInstallation({ accounts: 1 })
  const starts: Start[] = []
  const bareNode: number[] = []
  const bareFastify: number[] = []
  try {
    for (let round = 0; round < rounds; round += 1) {
      console.log(`start: ${round + 1} of ${rounds}…`)
      starts.push(await measureStart(installation))
      bareNode.push(await measureScript('./empty.mjs'))
      bareFastify.push(await measureScript('./bare-fastify.mjs'))
    }
  } finally {
    installation.remove()
  }
  return {
    ...judge(starts),
    tables: [tabulate(starts, bareNode, bareFastify)],
    notes: startNotes,
    figures: { starts, bareNode, bareFastify },
  }
})

async function measureStart(installation: Installation): Promise<Start> {
  const start = performance.now()
  const server = await startOstiary(installation)
  try {
    const listening = performance.now() - start
    const residentListening = readMemory(server.pid).residentMegabytes
    const answer = await fetch(`${installation.url}/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: renderLogin(installation, 0),
    })
    const firstToken = performance.now() - start
    if (!answer.ok) throw new Error(`POST /login answers ${answer.status}: ${await answer.text()}`)
    await answer.arrayBuffer()
    const residentFirstToken = readMemory(server.pid).residentMegabytes
    return { listening, firstToken, residentListening, residentFirstToken, cpu: readCpuMilliseconds(server.pid) }
  } finally {
    await server.stop()
  }
}

/** Milliseconds until a script that ends by itself has ended. */
async function measureScript(script: string): Promise<number> {
  const start = performance.now()
  const child = spawn(process.execPath, [fileURLToPath(new URL(script, import.meta.url))], { stdio: 'inherit' })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`${script} ended with ${code}`)
  return performance.now() - start
}

function judge(starts: readonly Start[]): Pick<Findings, 'title' | 'marks'> {
  const firstToken = median(starts.map((start) => start.firstToken))
  const resident = median(starts.map((start) => start.residentFirstToken))
  return {
    title: 'From start to the first token',
    marks: [
      {
        of: 'start to first token, existing database',
        mark: '≤ 300 ms',
        measured: `${firstToken.toFixed(0)} ms`,
        isMet: firstToken <= 300,
      },
      {
        of: 'memory after the first token',
        mark: '≤ 90 MB resident',
        measured: `${resident.toFixed(0)} MB`,
        isMet: resident <= 90,
      },
    ],
  }
}

function tabulate(starts: readonly Start[], bareNode: readonly number[], bareFastify: readonly number[]): Table {
  const row = (name: string, values: readonly number[], unit: string) => [
    name,
    `${median(values).toFixed(0)} ${unit}`,
    `${Math.min(...values).toFixed(0)} ${unit}`,
    `${percentile(values, 0.9).toFixed(0)} ${unit}`,
  ]
  return {
    caption: 'Starting',
    columns: ['', 'median', 'least', '9 of 10 within'],
    rows: [
      row('bare Node: start to end', bareNode, 'ms'),
      row('bare Fastify: start to listening', bareFastify, 'ms'),
      row(
        'Ostiary: start to listening',
        starts.map((start) => start.listening),
        'ms',
      ),
      row(
        'Ostiary: start to first token',
        starts.map((start) => start.firstToken),
        'ms',
      ),
      row(
        'Ostiary: CPU time until the first token',
        starts.map((start) => start.cpu),
        'ms',
      ),
      row(
        'Ostiary: resident when it listens',
        starts.map((start) => start.residentListening),
        'MB',
      ),
      row(
        'Ostiary: resident after the first token',
        starts.map((start) => start.residentFirstToken),
        'MB',
      ),
    ],
  }
}
