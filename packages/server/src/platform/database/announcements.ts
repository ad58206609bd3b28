import { AsyncLocalStorage } from 'node:async_hooks'

/** A listener that throws is a bug, and must reach the top; but not by way of whoever waits for its own commit. */
function wakeOne(listener: () => void): void {
  try {
    listener()
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}

/** Who listens to which topic in this process. */
export class Announcements {
  readonly #listeners = new Map<string, Set<() => void>>()

  listen(topic: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(topic) ?? new Set()
    // What it does is its own work, and not part of the request whose commit has woken it.
    const inOwnContext = AsyncLocalStorage.bind(listener)
    this.#listeners.set(topic, listeners.add(inOwnContext))
    return () => listeners.delete(inOwnContext)
  }

  wake(topics: Iterable<string>): void {
    for (const topic of topics) for (const listener of this.#listeners.get(topic) ?? []) wakeOne(listener)
  }

  /** For when announcements of others may have been missed. */
  wakeAll(): void {
    this.wake(this.#listeners.keys())
  }
}
