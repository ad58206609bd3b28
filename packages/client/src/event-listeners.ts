import type { ClientEvents } from './client.ts'

type Listener<Name extends keyof ClientEvents> = (detail: ClientEvents[Name]) => void
type Listeners = { readonly [Name in keyof ClientEvents]: Set<Listener<Name>> }

/** Tells listeners what happens. What one throws reaches the global error handler, and neither the others nor the session. */
export class EventListeners {
  readonly #listeners: Listeners = {
    'logged-in': new Set(),
    'logged-out': new Set(),
    refreshed: new Set(),
    error: new Set(),
  }

  add<Name extends keyof ClientEvents>(event: Name, listener: Listener<Name>): () => void {
    const listeners: Set<Listener<Name>> = this.#listeners[event]
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }

  emit<Name extends keyof ClientEvents>(event: Name, detail: ClientEvents[Name]): void {
    const listeners: Set<Listener<Name>> = this.#listeners[event]
    for (const listener of listeners) {
      try {
        listener(detail)
      } catch (error) {
        queueMicrotask(() => {
          throw error
        })
      }
    }
  }
}
