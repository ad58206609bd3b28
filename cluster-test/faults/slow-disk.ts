import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** Makes every flush to disk slow, of processes that are started with its environment. Needs a C compiler. */
export class SlowDisk implements Disposable {
  readonly #folder: string
  readonly #file: string

  private constructor(folder: string) {
    this.#folder = folder
    this.#file = path.join(folder, 'milliseconds')
    this.set(0)
  }

  /** A sentence where it can't be built. */
  static build(): SlowDisk | string {
    const folder = mkdtempSync(path.join(tmpdir(), 'ostiary-slow-disk-'))
    // PostgreSQL may run as another user.
    chmodSync(folder, 0o755)
    const source = fileURLToPath(new URL('./slow-disk.c', import.meta.url))
    const args = ['-shared', '-fPIC', '-o', path.join(folder, 'slow-disk.so'), source, '-ldl']
    const { status } = spawnSync('cc', args, { stdio: 'ignore' })
    if (status === 0 && process.platform === 'linux') return new SlowDisk(folder)
    rmSync(folder, { recursive: true, force: true })
    return 'a disk is made slow by a small C program, and there is no cc'
  }

  get environment(): Readonly<Record<string, string>> {
    return { LD_PRELOAD: path.join(this.#folder, 'slow-disk.so'), OSTIARY_TEST_SLOW_DISK: this.#file }
  }

  /** How much longer each flush takes from now on. */
  set(milliseconds: number): void {
    writeFileSync(this.#file, String(milliseconds))
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
