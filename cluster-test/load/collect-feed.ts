import { setTimeout as sleep } from 'node:timers/promises'
import { send } from './send.ts'

/** What anybody could read of the revocation feed while all of this went on: each line by its number. */
export class CollectedFeed {
  readonly lines = new Map<number, string>()
  /** Numbers that came with another line later: two histories. */
  readonly forked: number[] = []
  isOver = false

  async collect(port: number): Promise<void> {
    while (!this.isOver) {
      await this.read(port)
      await sleep(300)
    }
  }

  async read(port: number): Promise<void> {
    const after = Math.max(0, ...this.lines.keys())
    const { outcome, text } = await send({ port, method: 'GET', path: `/revocation-feed/log?after=${after}` })
    if (outcome !== 200) return
    for (const line of text.split('\n').filter((one) => one.startsWith('{'))) this.#take(line)
  }

  #take(line: string): void {
    const { n } = JSON.parse(line) as { readonly n: number }
    const before = this.lines.get(n)
    if (before !== undefined && before !== line) this.forked.push(n)
    this.lines.set(n, line)
  }
}
