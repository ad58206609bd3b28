/** A piece of a stream of JSON. */
export interface Piece {
  /** From 1. */
  readonly number: number
  /** Absent: it is longer than allowed. */
  readonly text: string | undefined
  /** Where the next one begins, in bytes. */
  readonly end: number
}

/** No line of ours is near it; it bounds what a stranger's file takes. */
export const LONGEST_PIECE_BYTES: number = 16 * 1024 * 1024

const LINE_FEED = 0x0a

/**
 * The lines of a stream, empty ones too, without their ends. The last one may lack its line feed.
 *
 * @param from where the stream begins in its file, and how many lines stand before.
 */
export async function* readLines(
  source: AsyncIterable<Uint8Array>,
  from: { readonly offset: number; readonly lines: number } = { offset: 0, lines: 0 },
): AsyncGenerator<Piece> {
  let [number, end, gathered] = [from.lines, from.offset, [] as Uint8Array[]]
  let size = 0
  const take = (part: Uint8Array): void => {
    size += part.length
    if (size <= LONGEST_PIECE_BYTES) gathered.push(part)
    else gathered = []
  }
  const finish = (): Piece => {
    number += 1
    const text = size > LONGEST_PIECE_BYTES ? undefined : Buffer.concat(gathered).toString('utf8')
    gathered = []
    size = 0
    return { number, text: text?.endsWith('\r') ? text.slice(0, -1) : text, end }
  }
  for await (const chunk of source) {
    let begin = 0
    for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, begin)) {
      take(chunk.subarray(begin, at))
      end += at + 1 - begin
      begin = at + 1
      yield finish()
    }
    take(chunk.subarray(begin))
    end += chunk.length - begin
  }
  if (size > 0) yield finish()
}
