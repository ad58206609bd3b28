const WIDTH = 30
const BETWEEN_DRAWINGS_MS = 100
const BETWEEN_LINES_MS = 10_000

/** Tells on standard error how far something has come: a bar on a terminal, a line now and then elsewhere. */
export class Progress {
  readonly #total: number
  readonly #what: string
  readonly #begunAt = performance.now()
  #toldAt = Number.NEGATIVE_INFINITY

  /** @param total 0: it isn't known. */
  constructor(what: string, total: number) {
    this.#what = what
    this.#total = total
  }

  tell(done: number, note: string): void {
    const now = performance.now()
    const pause = process.stderr.isTTY ? BETWEEN_DRAWINGS_MS : BETWEEN_LINES_MS
    if (now - Math.max(this.#toldAt, process.stderr.isTTY ? 0 : this.#begunAt) < pause) return
    this.#toldAt = now
    const share = this.#total > 0 ? Math.min(done / this.#total, 1) : undefined
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${this.#draw(share)}${note}`)
    else process.stderr.write(`${this.#what}: ${share === undefined ? '' : `${percent(share)}, `}${note}\n`)
  }

  end(): void {
    if (process.stderr.isTTY && this.#toldAt > 0) process.stderr.write('\r\u001b[K')
  }

  #draw(share: number | undefined): string {
    if (share === undefined) return `${this.#what}: `
    const full = Math.round(share * WIDTH)
    return `${this.#what} ${'█'.repeat(full)}${'░'.repeat(WIDTH - full)} ${percent(share)}${this.#remaining(share)}  `
  }

  #remaining(share: number): string {
    const elapsed = (performance.now() - this.#begunAt) / 1000
    if (share < 0.01 || elapsed < 2) return ''
    const seconds = Math.round((elapsed * (1 - share)) / share)
    return `, ${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')} left`
  }
}

function percent(share: number): string {
  return `${Math.floor(share * 100)} %`
}
