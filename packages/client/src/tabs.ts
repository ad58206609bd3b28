import type { HeldToken } from './held-token.ts'

/** What tabs tell each other: never a refresh token. */
export type TabMessage =
  | { readonly token: Omit<HeldToken, 'since'>; readonly sinceWall: number }
  | { readonly endedSessionId: string }

// Longer than the holder can need, which is two requests and a pause. The server's reuse window makes going on without it safe.
const LOCK_WAIT_MS = 30_000

/** The other tabs that have the same session. Without a name there are none, and only this client's own acts take turns. */
export class Tabs {
  readonly #name: string | undefined
  #channel: BroadcastChannel | undefined
  #queue: Promise<unknown> = Promise.resolve()

  constructor(name: string | undefined, onMessage: (message: TabMessage) => void) {
    this.#name = name
    if (name === undefined || !globalThis.BroadcastChannel) return
    this.#channel = new BroadcastChannel(name)
    this.#channel.onmessage = ({ data }) => onMessage(data as TabMessage)
    // In Node an open channel would keep the process alive.
    ;(this.#channel as { unref?(): void }).unref?.()
  }

  tell(message: TabMessage): void {
    this.#channel?.postMessage(message)
  }

  close(): void {
    this.#channel?.close()
    // What is told from now on is told to nobody: a closed channel would throw.
    this.#channel = undefined
  }

  /** Runs work that nobody else with this session does at the same time. Tells it whether another had to be waited for. */
  async exclusively<Result>(work: (hadToWait: boolean) => Promise<Result>): Promise<Result> {
    const locks = globalThis.navigator?.locks
    if (this.#name === undefined || !locks) return this.#inTurn(work)
    const name = this.#name
    const free = await locks.request(name, { ifAvailable: true }, async (lock) =>
      lock ? { result: await work(false) } : undefined,
    )
    return free ? free.result : waitForLock(locks, name, () => work(true))
  }

  #inTurn<Result>(work: (hadToWait: boolean) => Promise<Result>): Promise<Result> {
    const turn = this.#queue.then(() => work(false))
    this.#queue = turn.catch(() => undefined)
    return turn
  }
}

async function waitForLock<Result>(locks: LockManager, name: string, work: () => Promise<Result>): Promise<Result> {
  let hasBegun = false
  try {
    return await locks.request(name, { signal: AbortSignal.timeout(LOCK_WAIT_MS) }, () => {
      hasBegun = true
      return work()
    })
  } catch (error) {
    if (hasBegun) throw error
    return work()
  }
}
