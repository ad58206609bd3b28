// Clients that behave, in a process of their own: somebody refreshes, an API checks tokens, and a person signs in from a network where they have been before.
import { keepConnections, send } from '../measuring/send-requests.ts'

export interface BehaveOrder {
  readonly url: string
  readonly apiUrl: string
  readonly audience: string
  readonly milliseconds: number
  readonly person: { readonly username: string; readonly password: string }
}

export interface BehaveReport {
  /** Milliseconds; what was not answered as it must be is in `failures`. */
  readonly refresh: readonly number[]
  readonly guarded: readonly number[]
  readonly keys: readonly number[]
  readonly logins: readonly number[]
  readonly refusedLogins: number
  readonly failures: readonly string[]
  /** Milliseconds since the beginning at which the last slow refresh was answered. 0: none was slow. */
  readonly slowUntil: number
}

/** The mark for a refresh. */
const SLOW_MS = 50

const agent = keepConnections(16)
const HOME = '203.0.113.5'
const EVERY_MS = 10

interface Session {
  readonly access_token: string
  readonly refresh_token: string
}

/** Of who refreshes: the same one through all floods. */
let session: Session | undefined

process.on('message', async (order: BehaveOrder) => process.send?.(await behave(order)))
process.on('disconnect', () => process.exit())

async function behave(order: BehaveOrder): Promise<BehaveReport> {
  const report = {
    refresh: [] as number[],
    guarded: [] as number[],
    keys: [] as number[],
    logins: [] as number[],
    refusedLogins: 0,
    failures: [] as string[],
    slowUntil: 0,
  }
  session ??= await signIn(order)
  const start = performance.now()
  const end = start + order.milliseconds
  await Promise.all([
    every(EVERY_MS, end, async () => {
      const body = new URLSearchParams({
        grant_type: 'refresh_token',
        client_id: 'ostiary',
        refresh_token: session?.refresh_token ?? '',
      }).toString()
      const answer = await post(`${order.url}/token`, body, 'application/x-www-form-urlencoded')
      if (answer.status !== 200) return void report.failures.push(`refresh: ${answer.status} ${answer.text}`)
      session = JSON.parse(answer.text) as Session
      report.refresh.push(answer.milliseconds)
      if (answer.milliseconds > SLOW_MS) report.slowUntil = performance.now() - start
    }),
    every(2 * EVERY_MS, end, async () => {
      const headers = { authorization: `Bearer ${session?.access_token}` }
      const answer = await send({ url: `${order.apiUrl}/orders`, method: 'GET', headers }, agent)
      if (answer.status === 200) report.guarded.push(answer.milliseconds)
      else report.failures.push(`guarded: ${answer.status}`)
    }),
    every(5 * EVERY_MS, end, async () => {
      const answer = await send({ url: `${order.url}/.well-known/jwks.json`, method: 'GET', headers: {} }, agent)
      if (answer.status === 200) report.keys.push(answer.milliseconds)
      else report.failures.push(`keys: ${answer.status}`)
    }),
    every(25 * EVERY_MS, end, async () => {
      const answer = await post(`${order.url}/login`, JSON.stringify({ ...order.person, audience: order.audience }))
      if (answer.status === 200) report.logins.push(answer.milliseconds)
      else report.refusedLogins += 1
    }),
  ])
  return report
}

async function every(milliseconds: number, end: number, act: () => Promise<void>): Promise<void> {
  while (performance.now() < end) {
    const next = performance.now() + milliseconds
    await act()
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, next - performance.now())))
  }
}

function post(url: string, body: string, type = 'application/json') {
  return send({ url, method: 'POST', headers: { 'content-type': type, 'x-forwarded-for': HOME }, body }, agent)
}

/** Tries again as often as it must. */
async function signIn(order: BehaveOrder): Promise<Session> {
  for (;;) {
    const answer = await post(`${order.url}/login`, JSON.stringify({ ...order.person, audience: order.audience }))
    if (answer.status === 200) return JSON.parse(answer.text) as Session
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}
