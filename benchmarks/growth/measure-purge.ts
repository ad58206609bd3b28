import { setTimeout as sleep } from 'node:timers/promises'
import { percentile } from '../measuring/median.ts'
import { postForms } from '../peers/post-forms.ts'
import type { Installation } from '../server/start-ostiary.ts'
import { makeExpiredSessions, type RowContext } from './make-rows.ts'
import { openSink, type Sink } from './open-sink.ts'

/** What refreshes took, second by second, before and while expired sessions were deleted. */
export interface PurgeCourse {
  readonly expired: number
  /** From the first one that was gone to the last. */
  readonly seconds: number
  /** Milliseconds of each refresh. */
  readonly without: readonly number[]
  readonly meanwhile: readonly number[]
  /** p99 of each second; seconds from when it was begun to be measured. */
  readonly course: readonly { readonly second: number; readonly p99: number; readonly left: number }[]
}

const CONNECTIONS = 4
const BATCH = 2_000
/** They expire when all of them are there and the load has run for a while. */
const MEASURED_BEFORE_MS = 15_000
const LONGEST_MS = 240_000

export interface PurgeOptions {
  readonly databaseUrl: string
  readonly context: RowContext
  readonly expired: number
  readonly nextRefreshForm: () => string
}

/** Has so many sessions expire at once while refreshes go on, and waits until the maintenance of the server has deleted them. */
export async function measurePurge(installation: Installation, options: PurgeOptions): Promise<PurgeCourse> {
  const sink = await openSink(options.databaseUrl)
  try {
    const expireAt = await insertExpiring(sink, options)
    return await followPurge(installation, sink, { ...options, expireAt })
  } finally {
    await sink.close()
  }
}

async function insertExpiring(sink: Sink, { context, expired }: PurgeOptions): Promise<number> {
  // Later than all of them can be there.
  const expireAt = Date.now() + MEASURED_BEFORE_MS + 30_000 + expired / 2
  for (let from = 0; from < expired; from += BATCH)
    await sink.insert(makeExpiredSessions(from, Math.min(BATCH, expired - from), context, expireAt))
  return expireAt
}

async function followPurge(
  { url }: Installation,
  sink: Sink,
  { expired, expireAt, nextRefreshForm }: PurgeOptions & { readonly expireAt: number },
): Promise<PurgeCourse> {
  await sleep(Math.max(0, expireAt - MEASURED_BEFORE_MS - Date.now()))
  const [without, meanwhile]: [number[], number[]] = [[], []]
  const course: PurgeCourse['course'][number][] = []
  const lasts: (string | undefined)[] = Array.from({ length: CONNECTIONS })
  let [left, begunAt, endedAt] = [expired, 0, 0]
  for (let second = 0; endedAt === 0 && second * 1000 < LONGEST_MS; second += 1) {
    const forms = lasts.map((_, connection) => (answer: string | undefined) => {
      lasts[connection] = answer === undefined ? (lasts[connection] ?? nextRefreshForm()) : toForm(answer)
      return lasts[connection]
    })
    const before = left
    const startedAt = performance.now()
    const { latencies } = await postForms(new URL('/token', url), forms, 1000)
    left = Number(await sink.ask(`SELECT count(*) FROM session WHERE expires_at = ${expireAt}`))
    if (left < before && begunAt === 0) begunAt = startedAt
    if (left === 0) endedAt = performance.now()
    ;(left < before ? meanwhile : without).push(...latencies)
    course.push({ second, p99: latencies.length === 0 ? Number.NaN : percentile(latencies, 0.99), left })
  }
  if (endedAt === 0) throw new Error(`${left} expired sessions are still there`)
  return { expired, seconds: (endedAt - begunAt) / 1000, without, meanwhile, course }
}

function toForm(answer: string): string {
  const { refresh_token } = JSON.parse(answer) as { refresh_token: string }
  return new URLSearchParams({ grant_type: 'refresh_token', client_id: 'ostiary', refresh_token }).toString()
}
