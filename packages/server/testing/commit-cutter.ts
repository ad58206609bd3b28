import type { Server, Socket } from 'node:net'
import { type DatabaseFront, standBeforeDatabase } from './stand-before-database.ts'

/** Before: the server never sees the COMMIT. During: it sees it, and nobody hears the answer. After: the answer is lost that it gave. */
export type Cut = 'before' | 'during' | 'after'

/** The message Query (`Q`, its length, the text, a zero byte). @see https://www.postgresql.org/docs/current/protocol-message-formats.html */
const commit = Buffer.concat([Buffer.from([0x51, 0, 0, 0, 11]), Buffer.from('COMMIT\0')])

/** Stands between a program and PostgreSQL, and cuts the connection of the next COMMIT when it is told to. */
export class CommitCutter implements AsyncDisposable {
  readonly #server: Server
  readonly url: string
  #next: { readonly cut: Cut; readonly of: string } | undefined
  #cuts = 0

  private constructor({ server, url }: DatabaseFront) {
    this.#server = server
    this.url = url
  }

  static async start(databaseUrl: string): Promise<CommitCutter> {
    const front = await standBeforeDatabase(databaseUrl)
    const cutter = new CommitCutter(front)
    front.server.on('connection', (client) => cutter.#join(client, front.connectBehind()))
    return cutter
  }

  /** How many were cut. */
  get cuts(): number {
    return this.#cuts
  }

  /** Cuts the next transaction in which this text was sent, as a parameter or in a statement. */
  cutNext(cut: Cut, of: string): void {
    this.#next = { cut, of }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close()
  }

  #join(client: Socket, server: Socket): void {
    const part = () => {
      client.destroy()
      server.destroy()
    }
    let isAnswerLost = false
    let sent = Buffer.alloc(0)
    client.on('data', (chunk: Buffer) => {
      sent = Buffer.concat([sent, chunk])
      const next = this.#next
      const isEnd = sent.includes(commit)
      const isMeant = isEnd && next !== undefined && sent.includes(next.of)
      if (isEnd) sent = Buffer.alloc(0)
      if (!isMeant) return void server.write(chunk)
      const { cut } = next
      this.#next = undefined
      this.#cuts++
      if (cut === 'before') return part()
      isAnswerLost = true
      // What was sent arrives all the same.
      server.write(chunk, () => cut === 'during' && client.destroy())
    })
    server.on('data', (chunk: Buffer) => {
      if (isAnswerLost) part()
      else client.write(chunk)
    })
    for (const socket of [client, server]) socket.on('error', part).on('close', () => isAnswerLost || part())
  }
}
