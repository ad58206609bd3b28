import { BackgroundLoop, type BackgroundLoopParts } from './background-loop.ts'

export interface OutboxWorkerParts<Item> extends Pick<BackgroundLoopParts, 'database' | 'topic' | 'pollMilliseconds'> {
  /** Takes what is due and there is room for, under a lease, so that no other instance takes it; nothing: there is none, or no room. */
  readonly claim: (underWay: readonly Item[]) => Promise<readonly Item[]>
  /** Makes one attempt and notes how it went. */
  readonly send: (item: Item) => Promise<void>
  /** That the outbox could not be read; it is tried again. */
  readonly onUnread: (error: unknown) => void
  /** That an attempt threw; its lease ends, and it is made again. */
  readonly onUnsent: (item: Item, error: unknown) => void
}

/** Sends what an outbox holds, several at a time, in the background of a process. */
export class OutboxWorker<Item> {
  readonly #parts: OutboxWorkerParts<Item>
  readonly #underWay = new Map<Promise<void>, Item>()
  readonly #loop: BackgroundLoop

  constructor(parts: OutboxWorkerParts<Item>) {
    this.#parts = parts
    const { database, topic, pollMilliseconds, onUnread: onError } = parts
    this.#loop = new BackgroundLoop({ database, topic, pollMilliseconds, onError, look: () => this.#begin() })
  }

  start(): void {
    this.#loop.start()
  }

  /** Waits for what is under way; what is not sent stays in the outbox. */
  async stop(): Promise<void> {
    await this.#loop.stop()
    await Promise.all(this.#underWay.keys())
  }

  async #begin(): Promise<boolean> {
    const claimed = await this.#parts.claim([...this.#underWay.values()])
    for (const item of claimed) this.#send(item)
    return claimed.length > 0
  }

  #send(item: Item): void {
    const sending = this.#parts
      .send(item)
      .catch((error) => this.#parts.onUnsent(item, error))
      .finally(() => {
        this.#underWay.delete(sending)
        // There is room again.
        this.#loop.wake()
      })
    this.#underWay.set(sending, item)
  }
}
