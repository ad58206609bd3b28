import { AsyncLocalStorage } from 'node:async_hooks'
import { OuterHandleError } from './outer-handle-error.ts'

/** Knows, also after any number of awaits, whether the caller runs inside a unit of work of this database. */
export interface UnitScope {
  /** Runs the act as a unit of work; work that it starts and leaves behind is free again once `leave` was called. */
  enter<T>(act: () => T): { readonly result: T; leave(): void }
  /** Throws `OuterHandleError` inside a unit of work. */
  refuseInside(handle: 'read' | 'write'): void
}

export function createUnitScope(): UnitScope {
  const storage = new AsyncLocalStorage<{ running: boolean }>()
  return {
    enter(act) {
      const unit = { running: true }
      return {
        result: storage.run(unit, act),
        leave() {
          unit.running = false
        },
      }
    },
    refuseInside(handle) {
      if (storage.getStore()?.running) throw new OuterHandleError(handle)
    },
  }
}
