// Some guards in a process of their own, and what they say of tokens that are being revoked, and of those that have just been issued.
import { createGuard, type Guard, type GuardRequest } from '../../packages/guard/src/index.ts'
import { type Moment, now } from '../load/act.ts'
import type { GuardNote, GuardsMessage, GuardsReply, GuardsToOpen, Unaccepted, Watched } from './guard-report.ts'

const watchEveryMilliseconds = 25

interface Watching {
  readonly id: string
  readonly request: GuardRequest
  readonly until: Moment
  readonly found: Map<string, Watched>
}

const guards = new Map<string, Guard>()
const watching: Watching[] = []
const over: Watched[] = []
const unaccepted: Unaccepted[] = []
const notes: GuardNote[] = []
let shown = 0

process.on('message', (message: GuardsMessage) => {
  if ('open' in message) openGuards(message.open)
  else if ('watch' in message) watch(message.watch)
  else if ('show' in message) void show(message.show)
  else process.send?.(answer(message.ask))
})
process.on('disconnect', () => process.exit())
setInterval(() => {
  for (const watched of watching) for (const [name, guard] of guards) look(watched, name, guard)
  while (watching[0] !== undefined && watching[0].until < now()) over.push(...(watching.shift()?.found.values() ?? []))
}, watchEveryMilliseconds)

function openGuards({ names, issuer, audience, port, credential }: GuardsToOpen): void {
  const reach = (url: string) => url.replace(issuer, `http://127.0.0.1:${port}`)
  for (const name of names)
    guards.set(
      name,
      createGuard({
        issuer,
        audience,
        feed: { credential, name },
        // The issuer as these guards reach it, which is what is cut, delayed and silenced.
        fetch: (input, init) => fetch(reach(String(input)), init),
        log: (event) => {
          if (event.type === 'refused' || event.type === 'anonymous') return
          const sentence = 'sentence' in event ? event.sentence : undefined
          notes.push({ guard: name, at: now(), type: event.type, sentence })
        },
      }),
    )
}

function watch({ id, token, until }: Extract<GuardsMessage, { watch: object }>['watch']): void {
  watching.push({ id, request: toRequest(token), until, found: new Map() })
}

function toRequest(token: string): GuardRequest {
  const authorization = `Bearer ${token}`
  return { method: 'GET', url: '/', header: (name) => (name === 'authorization' ? authorization : undefined) }
}

function look({ id, request, found }: Watching, name: string, guard: Guard): void {
  // Before the check: a proof that comes meanwhile would make an acceptance look worse than it is.
  const { ageSeconds } = guard.state().feed
  const at = now()
  const outcome = guard.check(request)
  // It waits for its first proof, or for keys: it decides on nothing yet.
  if (!('kind' in outcome)) return
  const before = found.get(name) ?? {
    ...{ id, guard: name, acceptedAt: undefined, provedUntil: undefined, refusedAt: undefined, code: undefined },
  }
  if (outcome.kind === 'authenticated') {
    const provedUntil = ageSeconds === undefined ? undefined : at - ageSeconds * 1000
    found.set(name, { ...before, acceptedAt: at, provedUntil })
    return
  }
  const { status = 0, code = '' } = outcome.kind === 'refused' ? outcome.refusal : {}
  if (status === 401 && before.refusedAt === undefined) found.set(name, { ...before, refusedAt: at, code })
}

async function show({ session, token }: Extract<GuardsMessage, { show: object }>['show']): Promise<void> {
  shown += 1
  for (const [name, guard] of guards) {
    const outcome = await guard.check(toRequest(token))
    if (outcome.kind === 'refused') unaccepted.push({ session, guard: name, at: now(), code: outcome.refusal.code })
  }
}

function answer(asked: 'state' | 'report'): GuardsReply {
  if (asked === 'state') return { states: [...guards.values()].map((guard) => guard.state().feed.state) }
  const watched = [...over, ...watching.flatMap(({ found }) => [...found.values()])]
  return { report: { watched, shown, unaccepted, notes } }
}
