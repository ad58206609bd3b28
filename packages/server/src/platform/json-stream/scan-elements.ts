import { LONGEST_PIECE_BYTES, type Piece } from './read-lines.ts'

/** An object that stands in an array, or by itself. */
export interface ScannedElement extends Piece {
  /** The member of the outermost object whose array it stands in; empty where there is no such object. */
  readonly array: string
}

const [quote, backslash, openBrace, closeBrace, openBracket, closeBracket] = [0x22, 0x5c, 0x7b, 0x7d, 0x5b, 0x5d]

/**
 * The objects of a JSON text in order: the elements of the outermost array; or, one after another, those that stand by themselves, as JSON lines do; or,
 * where the text `isWrapped` in one object, the elements of every array that is a member of it. Everything else is passed over. It is told apart by brackets and
 * quotes alone: whether an element is JSON shows when it is parsed.
 */
export async function* scanElements(
  source: AsyncIterable<Uint8Array>,
  { isWrapped }: { readonly isWrapped: boolean },
): AsyncGenerator<ScannedElement> {
  const scanner = new ElementScanner(isWrapped)
  for await (const chunk of source) yield* scanner.scan(chunk)
}

class ElementScanner {
  readonly #isWrapped: boolean
  #depth = 0
  /** How deep the elements stand; absent: not among elements. */
  #elementDepth: number | undefined
  #isInText = false
  #isEscaped = false
  /** The last text at the depth of the outermost object's members: the name of a member, when an array follows. */
  #name: number[] | undefined
  #array = ''
  #element: { parts: Uint8Array[]; size: number } | undefined
  #number = 0
  #offset = 0

  constructor(isWrapped: boolean) {
    this.#isWrapped = isWrapped
  }

  scan(chunk: Uint8Array): ScannedElement[] {
    const found: ScannedElement[] = []
    let begin = 0
    for (let at = 0; at < chunk.length; at += 1) {
      const edge = this.#read(chunk[at] ?? 0)
      if (edge === 'begin') begin = at
      if (edge !== 'end') continue
      this.#gather(chunk.subarray(begin, at + 1))
      found.push(this.#finish(at + 1))
    }
    if (this.#element !== undefined) this.#gather(chunk.subarray(begin))
    this.#offset += chunk.length
    return found
  }

  /** Whether an element begins or ends with this byte. */
  #read(byte: number): 'begin' | 'end' | undefined {
    if (this.#isInText) this.#readText(byte)
    else if (byte === quote) this.#beginText()
    else if (byte === openBrace || byte === openBracket) return this.#open(byte) ? 'begin' : undefined
    else if (byte === closeBrace || byte === closeBracket) return this.#close() ? 'end' : undefined
    return undefined
  }

  #beginText(): void {
    this.#isInText = true
    this.#name = this.#depth === 1 && this.#elementDepth === undefined ? [] : undefined
  }

  #readText(byte: number): void {
    if (this.#isEscaped) this.#isEscaped = false
    else if (byte === backslash) this.#isEscaped = true
    else if (byte === quote) {
      this.#isInText = false
      return
    }
    this.#name?.push(byte)
  }

  /** Whether an element begins. */
  #open(byte: number): boolean {
    if (this.#elementDepth === undefined) this.#findElements(byte)
    const isElement = byte === openBrace && this.#depth === this.#elementDepth
    this.#depth += 1
    if (isElement) this.#element = { parts: [], size: 0 }
    return isElement
  }

  /** Sets how deep elements stand, when what opens here holds them. */
  #findElements(byte: number): void {
    if (this.#depth === 0 && byte === openBracket) this.#elementDepth = 1
    else if (this.#depth === 0 && !this.#isWrapped) this.#elementDepth = 0
    else if (this.#depth === 1 && byte === openBracket) {
      this.#elementDepth = 2
      this.#array = Buffer.from(this.#name ?? []).toString('utf8')
    }
  }

  /** Whether an element ends. */
  #close(): boolean {
    this.#depth -= 1
    const isElement = this.#element !== undefined && this.#depth === this.#elementDepth
    // The end of an array that is a member: other members follow.
    if (this.#elementDepth === 2 && this.#depth === 1) this.#elementDepth = undefined
    return isElement
  }

  #gather(part: Uint8Array): void {
    if (this.#element === undefined) return
    this.#element.size += part.length
    if (this.#element.size <= LONGEST_PIECE_BYTES) this.#element.parts.push(part)
    else this.#element.parts = []
  }

  #finish(end: number): ScannedElement {
    const { parts = [], size = 0 } = this.#element ?? {}
    this.#element = undefined
    this.#number += 1
    const text = size > LONGEST_PIECE_BYTES ? undefined : Buffer.concat(parts).toString('utf8')
    return { number: this.#number, text, end: this.#offset + end, array: this.#array }
  }
}
