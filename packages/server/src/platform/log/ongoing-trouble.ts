export interface TroubleWords {
  readonly begins: string
  readonly ends: string
}

/** Trouble that is met at every poll: told when it begins and when it ends. A pino logger is a log. */
export class OngoingTrouble {
  readonly #log: { warn(details: object, message: string): void }
  readonly #words: TroubleWords
  #isThere = false

  constructor(log: { warn(details: object, message: string): void }, words: TroubleWords) {
    this.#log = log
    this.#words = words
  }

  /** @param error undefined: all is well */
  note(error: unknown): void {
    const isThere = error !== undefined
    if (isThere === this.#isThere) return
    this.#isThere = isThere
    if (isThere) this.#log.warn({ error }, this.#words.begins)
    else this.#log.warn({}, this.#words.ends)
  }
}
