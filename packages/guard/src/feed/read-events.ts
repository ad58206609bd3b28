/** One server-sent event; its name is `message` when it has none. */
export interface FeedEvent {
  readonly name: string
  readonly data: string
}

/** Far more than a record or a heartbeat takes. */
const maxLineLength = 16_384

/** Reads the events of a stream, piece by piece as they come. @see HTML Standard §9.2.6 */
export class EventReader {
  readonly #decoder = new TextDecoder()
  #rest = ''
  #name = ''
  #data: string[] = []

  /** The events that this piece completes. @throws Error for a line that is too long. */
  read(piece: Uint8Array): readonly FeedEvent[] {
    const text = this.#rest + this.#decoder.decode(piece, { stream: true })
    // A carriage return at the end may be half of a line's end.
    const complete = text.endsWith('\r') ? text.slice(0, -1) : text
    const lines = complete.split(/\r\n|\r|\n/)
    this.#rest = (lines.pop() ?? '') + text.slice(complete.length)
    if (this.#rest.length > maxLineLength) throw new Error('a line of the stream is too long')
    return lines.flatMap((line) => this.#readLine(line) ?? [])
  }

  #readLine(line: string): FeedEvent | undefined {
    if (line === '') return this.#endEvent()
    const colon = line.indexOf(':')
    const field = colon === -1 ? line : line.slice(0, colon)
    const value = colon === -1 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1)
    if (field === 'event') this.#name = value
    if (field === 'data') this.#data.push(value)
    if (this.#data.length > 16) throw new Error('an event of the stream has too many lines')
    return undefined
  }

  #endEvent(): FeedEvent | undefined {
    const event = { name: this.#name || 'message', data: this.#data.join('\n') }
    const isEmpty = this.#data.length === 0
    this.#name = ''
    this.#data = []
    return isEmpty ? undefined : event
  }
}
