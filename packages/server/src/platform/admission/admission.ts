import type { Party } from '../fair-line/favouring-line.ts'
import { Gate, type GateLimits, type Waiter } from './gate.ts'

/** How much it matters that a request is answered at once, when not all can be. */
export type Importance = 'vital' | 'prompt' | GateName

export const gateNames = ['feed', 'ordinary', 'hashing'] as const
export type GateName = (typeof gateNames)[number]

export type AdmissionLimits = Readonly<Record<GateName, GateLimits>> & {
  /** So many that are prompt are under way at once. */
  readonly prompt: number
}

/** Too many are under way or wait. Answer 503 with this `Retry-After`: nothing was done. One for all of them, since making an error costs more than refusing. */
export class TurnedAwayError extends Error {
  readonly code = 'turned_away'
  readonly retryAfterSeconds = 2

  constructor() {
    super('More requests are under way than this process answers in a moment.')
    this.name = 'TurnedAwayError'
  }
}

/** Whose request it is. Asked only when it has to wait. */
export interface Asker {
  party(): Party
  /** Aborts when they go away. */
  signal(): AbortSignal
}

export type Leave = () => void

/** What gates let in may take of one turn of the event loop; what is prompt waits for it. */
const TURN_MS = 5
/** Whoever has waited for so long has given up, or asks again. */
const LONGEST_WAIT_MS = 2000

const turnedAway = new TurnedAwayError()
const stay: Leave = () => {}

/** Decides what is worked on when more is asked than this process can do. */
export class Admission {
  readonly #gates: Readonly<Record<GateName, Gate>>
  readonly #inTurn: Gate[]
  readonly #mostPrompt: number
  readonly #refused: Record<Importance, number> = { vital: 0, prompt: 0, feed: 0, ordinary: 0, hashing: 0 }
  #prompt = 0
  /** By a monotonic clock; undefined: nothing was let in since the event loop last turned. */
  #turnBeganAt: number | undefined
  #isAdvancing = false

  constructor(limits: AdmissionLimits) {
    this.#mostPrompt = limits.prompt
    this.#gates = {
      feed: new Gate(limits.feed),
      ordinary: new Gate(limits.ordinary),
      hashing: new Gate(limits.hashing),
    }
    this.#inTurn = gateNames.map((name) => this.#gates[name])
  }

  /** How many of a kind are worked on, how many wait, and how many were sent away since the start. */
  figures(importance: Importance): { readonly running: number; readonly waiting: number; readonly refused: number } {
    const refused = this.#refused[importance]
    if (importance === 'vital') return { running: 0, waiting: 0, refused }
    if (importance === 'prompt') return { running: this.#prompt, waiting: 0, refused }
    const { running, waiting } = this.#gates[importance]
    return { running, waiting, refused }
  }

  /**
   * Lets a request in when its turn has come: at once, where there is room. Returns how to leave, which may be called more than once.
   *
   * Throws `TurnedAwayError` at once when there is no place; rejects with it when it has waited too long or lost its place to another party, and with the
   * signal's reason when that aborts before its turn.
   */
  enter(importance: Importance, asker: Asker): Leave | Promise<Leave> {
    if (importance === 'vital') return stay
    if (importance === 'prompt') return this.#enterPrompt()
    const gate = this.#gates[importance]
    // Those in line come first.
    if (gate.isOpen && gate.waiting === 0 && this.#hasTime()) {
      gate.enter()
      return this.#leaving(gate)
    }
    return this.#wait(gate, importance, asker).then(() => this.#leaving(gate))
  }

  #enterPrompt(): Leave {
    if (this.#prompt >= this.#mostPrompt) {
      this.#refused.prompt += 1
      throw turnedAway
    }
    this.#prompt += 1
    return once(() => {
      this.#prompt -= 1
    })
  }

  #leaving(gate: Gate): Leave {
    return once(() => {
      gate.leave()
      this.#advance()
    })
  }

  #wait(gate: Gate, importance: GateName, asker: Asker): Promise<void> {
    const [party, signal] = [asker.party(), asker.signal()]
    if (signal.aborted) return Promise.reject(signal.reason)
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        gate.giveUp(waiter)
        reject(signal.reason)
      }
      const waiter: Waiter = {
        party,
        since: performance.now(),
        enter() {
          signal.removeEventListener('abort', giveUp)
          resolve()
        },
        sendAway: () => {
          signal.removeEventListener('abort', giveUp)
          this.#refused[importance] += 1
          reject(turnedAway)
        },
      }
      signal.addEventListener('abort', giveUp, { once: true })
      gate.line(waiter)
      this.#advance()
    })
  }

  /** Whether gates may let somebody in before the event loop turns. */
  #hasTime(): boolean {
    if (this.#turnBeganAt !== undefined) return performance.now() - this.#turnBeganAt < TURN_MS
    this.#turnBeganAt = performance.now()
    setImmediate(() => this.#turn())
    return true
  }

  /** Sockets have been read since the last one, so what is prompt has been let in. */
  #turn(): void {
    this.#turnBeganAt = undefined
    this.#advance()
  }

  #advance(): void {
    if (this.#isAdvancing || this.#inTurn.every(({ waiting }) => waiting === 0)) return
    this.#isAdvancing = true
    // After what was let in has come as far as it does without waiting: only then is it known how long that took.
    process.nextTick(() => {
      this.#isAdvancing = false
      if (this.#hasTime() && this.#admitOne()) this.#advance()
    })
  }

  #admitOne(): boolean {
    const oldest = performance.now() - LONGEST_WAIT_MS
    for (const gate of [...this.#inTurn]) {
      // Gates take turns too.
      this.#inTurn.push(...this.#inTurn.splice(this.#inTurn.indexOf(gate), 1))
      if (gate.admitNext(({ since }) => since < oldest)) return true
    }
    return false
  }
}

function once(act: () => void): Leave {
  let isDone = false
  return () => {
    if (isDone) return
    isDone = true
    act()
  }
}
