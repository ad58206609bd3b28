import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** What a load did: requests per second, and how long each took. */
export interface LoadFigures {
  readonly perSecond: number
  /** Milliseconds. */
  readonly latencies: readonly number[]
}

/** The form to post next, made from the answer to the one before; undefined before the first. It gives undefined when there is none left. */
export type NextForm = (answer: string | undefined) => string | undefined

/** Posts forms on so many connections at once, one under way on each, for so long or until none is left; an answer that isn't 200 ends the run. */
export async function postForms(url: URL, forms: readonly NextForm[], milliseconds: number): Promise<LoadFigures> {
  const latencies: number[] = []
  // Before the clock starts: so many connections at once overflow a queue of the kernel, which lets some wait for seconds.
  const sockets: Socket[] = []
  for (const _ of forms) sockets.push(await open(url))
  const start = performance.now()
  const end = start + milliseconds
  await Promise.all(
    forms.map((next, index) => postOnOneConnection(sockets[index] as Socket, url, next, end, latencies)),
  )
  return { perSecond: (latencies.length * 1000) / (performance.now() - start), latencies }
}

async function open(url: URL): Promise<Socket> {
  const socket = connect(Number(url.port), url.hostname).setNoDelay()
  await once(socket, 'connect')
  return socket
}

async function postOnOneConnection(
  socket: Socket,
  url: URL,
  next: NextForm,
  end: number,
  latencies: number[],
): Promise<void> {
  try {
    let answer: string | undefined
    let form = next(answer)
    while (form !== undefined && performance.now() < end) {
      const sentAt = performance.now()
      answer = await exchange(socket, render(url, form))
      latencies.push(performance.now() - sentAt)
      // Also after the last answer, so that the next turn goes on from here.
      form = next(answer)
    }
  } finally {
    socket.destroy()
  }
}

function render(url: URL, form: string): string {
  const type = 'application/x-www-form-urlencoded'
  return `POST ${url.pathname} HTTP/1.1\r\nHost: ${url.host}\r\nContent-Type: ${type}\r\nContent-Length: ${form.length}\r\n\r\n${form}`
}

/** Sends one request and reads its answer's body, by its Content-Length. Cheaper by far than a client that can do more. */
function exchange(socket: Socket, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const read = (chunk: Buffer): void => {
      text += chunk.toString('latin1')
      const head = text.indexOf('\r\n\r\n')
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1])
      if (head < 0 || text.length < head + 4 + length) return
      socket.off('data', read).off('error', reject)
      if (text.startsWith('HTTP/1.1 200')) resolve(text.slice(head + 4))
      else reject(new Error(`answered ${text.slice(0, 400)}`))
    }
    socket.on('data', read).on('error', reject)
    socket.write(request)
  })
}
