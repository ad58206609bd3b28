/** What one tab tells the others. */
export type TabMessage =
  | { readonly kind: 'token'; readonly token: string; readonly secondsLeft: number }
  | { readonly kind: 'loggedOut' }

/** By then the other tabs have heard what this one told them. */
const tellMs = 100

/** The tabs of one browser that share a session: one at a time refreshes, and tells the others. Elsewhere there is one tab. */
export class TabChannel {
  readonly #name: string
  readonly #channel: BroadcastChannel | undefined

  constructor(name: string, receive: (message: TabMessage) => void) {
    this.#name = name
    if (typeof BroadcastChannel === 'undefined' || typeof document === 'undefined') return
    this.#channel = new BroadcastChannel(name)
    this.#channel.onmessage = ({ data }: MessageEvent<TabMessage>) => receive(data)
  }

  tell(message: TabMessage): void {
    this.#channel?.postMessage(message)
  }

  /** Runs the act when no other tab runs one. Where there are no locks it runs at once: the server's reuse window bears that. */
  alone<T>(act: () => Promise<T>): Promise<T> {
    const locks = this.#channel === undefined ? undefined : globalThis.navigator?.locks
    if (locks === undefined) return act()
    const { promise, resolve } = Promise.withResolvers<T>()
    void locks.request(this.#name, async () => {
      const acting = act()
      resolve(acting)
      await acting.catch(() => {})
      // What was told is on its way: who waits for the lock shall have heard it.
      await new Promise((release) => setTimeout(release, tellMs))
    })
    return promise
  }

  close(): void {
    this.#channel?.close()
  }
}
