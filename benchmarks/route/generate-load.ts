// The load, in a process of its own: a few keep-alive connections, each with so many requests under way, all prepared beforehand.
import { connect, type Socket } from 'node:net'

export interface LoadOrder {
  readonly port: number
  readonly path: string
  /** Values of the Authorization header, sent in turn. They are kept: later orders may leave them out. */
  readonly authorizations?: readonly string[]
  readonly connections: number
  /** Requests under way on one connection. */
  readonly pipelined: number
  readonly milliseconds: number
}

export interface LoadReport {
  readonly requests: number
  readonly seconds: number
  readonly cpuMicroseconds: number
}

let requests: readonly Buffer[] = []

process.on('message', (order: LoadOrder) => {
  generateLoad(order).then(
    (report) => process.send?.(report),
    (error: unknown) => {
      console.error(error)
      process.exit(1)
    },
  )
})
process.on('disconnect', () => process.exit())

async function generateLoad(order: LoadOrder): Promise<LoadReport> {
  const { port, path, authorizations, connections, pipelined, milliseconds } = order
  if (authorizations !== undefined) requests = authorizations.map((value) => renderRequest(path, value))
  const answerBytes = await measureAnswer(port)
  const turns = { next: 0, done: 0, isOver: false }
  const cpu = process.cpuUsage()
  const start = performance.now()
  const timer = setTimeout(() => {
    turns.isOver = true
  }, milliseconds)
  await Promise.all(Array.from({ length: connections }, () => keepBusy(port, pipelined, answerBytes, turns)))
  clearTimeout(timer)
  const { user, system } = process.cpuUsage(cpu)
  return { requests: turns.done, seconds: (performance.now() - start) / 1000, cpuMicroseconds: user + system }
}

function renderRequest(path: string, authorization: string): Buffer {
  return Buffer.from(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: ${authorization}\r\n\r\n`, 'latin1')
}

/** All answers of a route are equally long, so one is looked at and the others are counted by their bytes. */
async function measureAnswer(port: number): Promise<number> {
  const socket = connect(port, '127.0.0.1')
  socket.write(requests[0] ?? '')
  let text = ''
  for await (const chunk of socket) {
    text += (chunk as Buffer).toString('latin1')
    const bodyAt = text.indexOf('\r\n\r\n') + 4
    const length = /\r\ncontent-length: (\d+)/i.exec(text)?.[1]
    if (bodyAt < 4 || length === undefined || text.length < bodyAt + Number(length)) continue
    if (!text.startsWith('HTTP/1.1 200 ')) throw new Error(`The route answers ${text}`)
    return text.length
  }
  throw new Error('The server ended the connection')
}

interface Turns {
  next: number
  done: number
  isOver: boolean
}

/** Sends the next request for each answer until the time is over and all that is under way is answered. */
function keepBusy(port: number, pipelined: number, answerBytes: number, turns: Turns): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    let underWay = 0
    let pendingBytes = 0
    socket.on('error', reject)
    socket.on('close', () => (underWay === 0 ? resolve() : reject(new Error('The server ended a connection'))))
    socket.on('connect', () => {
      sendNext(socket, pipelined, turns)
      underWay = pipelined
    })
    socket.on('data', (chunk: Buffer) => {
      if (!areGood(chunk, pendingBytes, answerBytes)) {
        socket.destroy(new Error(`Refused: ${chunk.toString()}`))
        return
      }
      pendingBytes += chunk.length
      const answered = Math.floor(pendingBytes / answerBytes)
      pendingBytes -= answered * answerBytes
      underWay -= answered
      turns.done += answered
      if (!turns.isOver) {
        sendNext(socket, answered, turns)
        underWay += answered
      } else if (underWay === 0) socket.end()
    })
  })
}

function sendNext(socket: Socket, count: number, turns: Turns): void {
  if (count > 1) socket.cork()
  for (let sent = 0; sent < count; sent += 1) {
    socket.write(requests[turns.next] ?? '')
    turns.next = (turns.next + 1) % requests.length
  }
  if (count > 1) socket.uncork()
}

const statusAt = 'HTTP/1.1 '.length
const digitTwo = '2'.charCodeAt(0)

/** Whether each answer that begins in this chunk has a status of 2xx; one of another length is found by the next that doesn't. */
function areGood(chunk: Buffer, pendingBytes: number, answerBytes: number): boolean {
  const first = pendingBytes === 0 ? 0 : answerBytes - pendingBytes
  for (let start = first; start + statusAt < chunk.length; start += answerBytes) {
    if (chunk[start + statusAt] !== digitTwo) return false
  }
  return true
}
