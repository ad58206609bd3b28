import { createHash } from 'node:crypto'

/** A statement is worth preparing once it comes again and again. Lists of varying length seldom do, and each of them is another text. */
const usesBeforeName = 5
/** Each prepared statement takes memory of the server, on every connection. */
const mostNames = 250
const mostTextsCounted = 2000
/** Longer ones are made of lists. */
const longestText = 8000

/**
 * Gives statements that come often a name, by which the server knows them on each connection: it parses them once and, if that is as
 * good, plans them once. All others have none, so that neither we nor the server remember what was made for one occasion.
 *
 * @see https://www.postgresql.org/docs/current/sql-prepare.html
 */
export class StatementNames {
  readonly #names = new Map<string, string>()
  readonly #uses = new Map<string, number>()
  #isOff: boolean

  constructor({ isOff }: { readonly isOff: boolean }) {
    this.#isOff = isOff
  }

  find(text: string): string | undefined {
    return this.#names.get(text) ?? this.#count(text)
  }

  /** From now on there are none: the connections are not ours alone, so what was prepared on one is on another. */
  turnOff(): void {
    this.#isOff = true
    this.#names.clear()
    this.#uses.clear()
  }

  #count(text: string): string | undefined {
    if (this.#isOff || this.#names.size >= mostNames || text.length > longestText) return undefined
    const uses = (this.#uses.get(text) ?? 0) + 1
    if (uses < usesBeforeName) {
      if (this.#uses.size >= mostTextsCounted) this.#uses.clear()
      this.#uses.set(text, uses)
      return undefined
    }
    this.#uses.delete(text)
    const name = `o_${createHash('sha256').update(text).digest('base64url').slice(0, 22)}`
    this.#names.set(text, name)
    return name
  }
}
