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
    this.#listeners.set(topic, listeners.add(listener))
    return () => listeners.delete(listener)
  }

  wake(topics: Iterable<string>): void {
    for (const topic of topics) for (const listener of this.#listeners.get(topic) ?? []) wakeOne(listener)
  }

  /** For when announcements of others may have been missed. */
  wakeAll(): void {
    this.wake(this.#listeners.keys())
  }
}
