import { spawnSync } from 'node:child_process'
import { chownSync, closeSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { identity } from '../../packages/server/testing/postgresql-cluster.ts'

/** A file system of its own, in memory, which can be filled: for root on Linux alone. It does not wait for the disk that others use. */
export class MemoryDisk implements Disposable {
  readonly #folder: string
  readonly #ballast: string
  readonly #abandon = () => this.#unmount()

  private constructor(folder: string) {
    this.#folder = folder
    this.#ballast = path.join(folder, 'ballast')
    // Also when it is interrupted.
    process.once('exit', this.#abandon)
  }

  /** A sentence where it can't be mounted. */
  static mount(megabytes: number): MemoryDisk | string {
    const folder = mkdtempSync(path.join(tmpdir(), 'ostiary-memory-disk-'))
    const options = `size=${megabytes}m,mode=755`
    const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'ignore' })
    if (status === 0) return new MemoryDisk(folder)
    rmdirSync(folder)
    return 'a small file system can be mounted by root on Linux alone'
  }

  /** Makes an empty folder on it, of whom PostgreSQL runs as. */
  makeFolder(): string {
    const folder = mkdtempSync(path.join(this.#folder, 'data-'))
    if (identity.uid !== undefined) chownSync(folder, identity.uid, identity.gid)
    return folder
  }

  holds(folder: string): boolean {
    return path.dirname(folder) === this.#folder
  }

  fill(): void {
    const file = openSync(this.#ballast, 'a')
    try {
      for (let bytes = 1_048_576; bytes >= 512; bytes = Math.floor(bytes / 2)) writeUntilFull(file, Buffer.alloc(bytes))
    } finally {
      closeSync(file)
    }
  }

  empty(): void {
    rmSync(this.#ballast, { force: true })
  }

  [Symbol.dispose](): void {
    process.removeListener('exit', this.#abandon)
    this.#unmount()
  }

  #unmount(): void {
    // Lazily: who is still writing to it has no more than a moment.
    spawnSync('umount', ['-l', this.#folder], { stdio: 'ignore' })
    rmdirSync(this.#folder)
  }
}

function writeUntilFull(file: number, piece: Buffer): void {
  for (;;) {
    try {
      if (writeSync(file, piece) < piece.length) return
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return
      throw error
    }
  }
}
