import { type Clock, type EpochMilliseconds, systemClock } from './clock.ts'

export interface FollowingClockOptions {
  /** The clock of this machine. Default: the system's. */
  readonly machine?: Clock
  /** Milliseconds that no change of a clock moves. Default: `performance.now`. */
  readonly monotonicNow?: () => number
  /** Told of the first difference, and of each later one that moves this clock by more than a second; in milliseconds. */
  readonly onMoved?: (moved: ClockMove) => void
}

export interface ClockMove {
  /** How far the machine's clock is ahead of the one that is followed. */
  readonly machineAheadMilliseconds: number
  /** How far this clock was moved. */
  readonly movedMilliseconds: number
}

/** Between two looks a clock of quartz drifts by less than a millisecond. */
const LOOK_MS = 10_000
/** The machine's clock was set, or the machine slept: monotonic time stands still meanwhile. */
const SUSPICIOUS_MS = 500
const TOLD_MS = 1000

/**
 * The time of a clock elsewhere, such as the database server's, which all instances share: so they agree whatever their own clocks say. Between two
 * looks it goes on by monotonic time, so setting the machine's clock doesn't move it. Until it follows, it is the machine's clock.
 */
export class FollowingClock implements Clock {
  readonly #machine: Clock
  readonly #monotonicNow: () => number
  readonly #onMoved: (moved: ClockMove) => void
  /** What is added to monotonic time; undefined: nobody is followed yet. */
  #base: number | undefined
  /** By how much the machine's clock and monotonic time differed at the last look. */
  #machineBase = 0
  #readTime: (() => Promise<EpochMilliseconds>) | undefined
  #looking: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined

  constructor({ machine = systemClock, monotonicNow = () => performance.now(), onMoved }: FollowingClockOptions = {}) {
    this.#machine = machine
    this.#monotonicNow = monotonicNow
    this.#onMoved = onMoved ?? (() => {})
  }

  now(): EpochMilliseconds {
    if (this.#base === undefined) return this.#machine.now()
    const monotonic = this.#monotonicNow()
    if (Math.abs(this.#machine.now() - monotonic - this.#machineBase) > SUSPICIOUS_MS) this.#lookSoon()
    return Math.floor(this.#base + monotonic)
  }

  /** How far the machine's clock is ahead of this one, in milliseconds. */
  get machineAheadMilliseconds(): number {
    return this.#machine.now() - this.now()
  }

  /**
   * Takes over the time that it reads, and looks again every ten seconds. A later look that fails changes nothing.
   *
   * @throws what the first look threw
   */
  async follow(readTime: () => Promise<EpochMilliseconds>): Promise<void> {
    this.#readTime = readTime
    await this.look()
    this.#timer = setInterval(() => this.#lookSoon(), LOOK_MS).unref()
  }

  /** Goes on by monotonic time alone. Waits for a look that is under way. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    this.#readTime = undefined
    await this.#looking?.catch(() => {})
  }

  /** Looks now. */
  async look(): Promise<void> {
    const readTime = this.#readTime
    if (readTime === undefined) return
    const askedAt = this.#monotonicNow()
    const time = await readTime()
    const answeredAt = this.#monotonicNow()
    // The clock was read somewhere between the question and the answer: so much is sure, and it is moved no more than that asks for.
    const [lowest, highest] = [time - answeredAt, time - askedAt]
    const before = this.#base ?? this.#machine.now() - answeredAt
    this.#machineBase = this.#machine.now() - this.#monotonicNow()
    const isFirst = this.#base === undefined
    this.#base = isFirst ? (lowest + highest) / 2 : Math.min(Math.max(before, lowest), highest)
    const movedMilliseconds = this.#base - before
    if (isFirst || Math.abs(movedMilliseconds) > TOLD_MS)
      this.#onMoved({ movedMilliseconds, machineAheadMilliseconds: this.machineAheadMilliseconds })
  }

  #lookSoon(): void {
    this.#looking ??= this.look()
      .catch(() => {})
      .finally(() => {
        this.#looking = undefined
      })
  }
}
