// So many guards in one process, each with a stream of its own, and when each of them refuses a token.
import { createGuard, type Guard } from '@ostiary/guard'

export type GuardsMessage =
  | { readonly open: number; readonly issuer: string; readonly audience: string }
  | { readonly watch: string }

export type GuardsReply =
  | { readonly live: number }
  /** Milliseconds since 1970, with a fraction, for each guard. */
  | { readonly refusedAt: readonly number[] }

const guards: Guard[] = []
const now = (): number => performance.timeOrigin + performance.now()

process.on('message', async (message: GuardsMessage) => {
  if ('open' in message) {
    while (guards.length < message.open) await openSome(message)
    process.send?.({ live: guards.length } satisfies GuardsReply)
    return
  }
  const watching = watch(message.watch)
  process.send?.({ live: guards.length } satisfies GuardsReply)
  process.send?.({ refusedAt: await watching } satisfies GuardsReply)
})
process.on('disconnect', () => process.exit())

/** A few at a time, as APIs of a fleet start. */
async function openSome({ open, issuer, audience }: Extract<GuardsMessage, { open: number }>): Promise<void> {
  const count = Math.min(50, open - guards.length)
  const opened = Array.from({ length: count }, () => createGuard({ issuer, audience, cacheSize: 10 }))
  guards.push(...opened)
  while (opened.some((guard) => guard.state().feed.state !== 'live'))
    await new Promise((resolve) => setTimeout(resolve, 5))
}

/** Asks each guard over and over, until it refuses. */
async function watch(token: string): Promise<number[]> {
  const request = {
    method: 'GET',
    url: '/',
    header: (name: string) => (name === 'authorization' ? `Bearer ${token}` : undefined),
  }
  for (const guard of guards)
    if ((await guard.check(request)).kind !== 'authenticated') throw new Error('a good token was refused')
  const refusedAt = new Array<number>(guards.length).fill(0)
  while (refusedAt.includes(0)) {
    for (const [index, guard] of guards.entries()) {
      if (refusedAt[index] !== 0) continue
      const outcome = guard.check(request)
      if ('kind' in outcome && outcome.kind === 'refused') refusedAt[index] = now()
    }
    // Asking without a pause would take the time that hearing needs.
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  return refusedAt
}
