import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Act } from './act.ts'

const folder = fileURLToPath(new URL('../../node_modules/.cache/ostiary-cluster-test/', import.meta.url))
mkdirSync(folder, { recursive: true })

/** A file for whoever looks into a finding. */
export function keptFile(name: string): string {
  return path.join(folder, name)
}

/** Every act, in the order in which they ended; nothing is ever taken out. Kept as JSON lines too. */
export class History implements Disposable {
  readonly acts: Act[] = []
  readonly #stream: WriteStream

  constructor(name: string) {
    this.#stream = createWriteStream(keptFile(`${name}.jsonl`))
  }

  append(act: Act): void {
    this.acts.push(act)
    this.#stream.write(`${JSON.stringify(act)}\n`)
  }

  [Symbol.dispose](): void {
    this.#stream.end()
  }
}
