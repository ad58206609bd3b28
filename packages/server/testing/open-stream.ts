import { type ClientRequest, get, type IncomingMessage } from 'node:http'

/** One server-sent event: a record, or a heartbeat. */
export interface StreamEvent {
  readonly name: string
  readonly data: string
}

/** A reader of the revocation feed's stream, for tests. */
export interface TestStream {
  readonly response: IncomingMessage
  readonly events: readonly StreamEvent[]
  /** Resolves with the first event that matches, whether it has come or is still to come; rejects when the stream ends before. */
  until(matches: (event: StreamEvent) => boolean): Promise<StreamEvent>
  readonly ended: Promise<void>
  /** Reads nothing more. */
  pause(): void
  close(): void
}

export function openStream(url: string): Promise<TestStream> {
  return new Promise((resolve, reject) => {
    const request: ClientRequest = get(url, (response) => resolve(readEvents(request, response)))
    request.on('error', reject)
  })
}

function readEvents(request: ClientRequest, response: IncomingMessage): TestStream {
  const events: StreamEvent[] = []
  const waiting = new Set<() => void>()
  let text = ''
  let isEnded = false
  response.setEncoding('utf8').on('data', (chunk: string) => {
    const pieces = (text + chunk).split('\n\n')
    text = pieces.pop() ?? ''
    events.push(...pieces.map(parseEvent))
    for (const look of waiting) look()
  })
  const ended = new Promise<void>((resolve) => {
    response.on('error', () => {})
    response.on('close', () => {
      isEnded = true
      for (const look of waiting) look()
      resolve()
    })
  })
  const until: TestStream['until'] = (matches) =>
    new Promise((resolve, reject) => {
      const look = () => {
        const found = events.find(matches)
        if (!found && !isEnded) return
        waiting.delete(look)
        if (found) resolve(found)
        else reject(new Error('the stream has ended'))
      }
      waiting.add(look)
      look()
    })
  return { response, events, until, ended, pause: () => response.pause(), close: () => request.destroy() }
}

function parseEvent(piece: string): StreamEvent {
  const fields = new Map(piece.split('\n').map((line) => line.split(/: (.*)/s, 2) as [string, string]))
  return { name: fields.get('event') ?? 'message', data: fields.get('data') ?? '' }
}
