import { type FileHandle, open } from 'node:fs/promises'
import type { ReportEntry, ReportSink } from '../domain/transfers/import-accounts.ts'

const MOST_SHOWN = 20

/** Every line that was refused, what was left out of others, and who administers this server from now on: as JSON lines in a file that only its owner may read, and the first of them at hand. */
export class ImportReport implements ReportSink {
  readonly #file: string | undefined
  #handle: FileHandle | undefined
  #bytes = 0
  readonly #shown: ReportEntry[] = []
  #leftOut = 0
  #administrators = 0

  /** @param file absent: they are not kept. */
  constructor(file: string | undefined) {
    this.#file = file
  }

  /** The first of those that were refused since this began. */
  get shown(): readonly ReportEntry[] {
    return this.#shown
  }

  /** How many accounts lack something since this began. */
  get leftOut(): number {
    return this.#leftOut
  }

  /** How many accounts administer this server since this began. */
  get administrators(): number {
    return this.#administrators
  }

  async append(entries: readonly ReportEntry[]): Promise<number> {
    const those = (wanted: ReportEntry['outcome']) => entries.filter(({ outcome }) => outcome === wanted)
    this.#shown.push(...those('refused').slice(0, MOST_SHOWN - this.#shown.length))
    this.#leftOut += those('left_out').length
    this.#administrators += those('administrator').length
    const text = entries.map((entry) => `${JSON.stringify(entry)}\n`).join('')
    if (this.#file !== undefined) {
      const handle = await this.#open(this.#file)
      await handle.appendFile(text)
      await handle.datasync()
    }
    this.#bytes += Buffer.byteLength(text)
    return this.#bytes
  }

  async truncate(bytes: number): Promise<void> {
    this.#bytes = bytes
    if (this.#file !== undefined) await (await this.#open(this.#file)).truncate(bytes)
  }

  async close(): Promise<void> {
    await this.#handle?.close()
  }

  async #open(file: string): Promise<FileHandle> {
    this.#handle ??= await open(file, 'a', 0o600)
    return this.#handle
  }
}
