import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { now } from '../load/act.ts'
import type { Condition, Link } from '../network/link.ts'
import type { Fault, Lifted, Tools } from './fault.ts'
import { getMember } from './instance-faults.ts'

const slow: Condition = { kind: 'slow', delayMilliseconds: 150 }

export const instanceCut: Fault = {
  name: 'An instance is cut off from the database for 6 s (reset)',
  make: (tools) => during(6000, [getMember(tools).databaseLink], { kind: 'cut' }),
}

export const instanceSilenced: Fault = {
  name: 'Nothing arrives between an instance and the database for 12 s (no reset)',
  make: (tools) => during(12_000, [getMember(tools).databaseLink], { kind: 'silent' }),
}

export const allCut: Fault = {
  name: 'All instances are cut off from the database for 6 s (reset)',
  make: (tools) => during(6000, listDatabaseLinks(tools), { kind: 'cut' }),
}

export const allSlow: Fault = {
  name: 'Between instances, database and standby everything takes 150 ms more each way, for 10 s',
  make: (tools) => during(10_000, [...listDatabaseLinks(tools), tools.cluster.pair.replication], slow),
}

export const clientsThrottled: Fault = {
  name: 'Clients and guards have 4 kB/s a connection and 100 ms each way, for 10 s',
  make: (tools) =>
    during(10_000, [tools.cluster.front, tools.cluster.guards.link], {
      ...{ kind: 'slow', delayMilliseconds: 100, bytesPerSecond: 4000 },
    }),
}

export const halfClosed: Fault = {
  name: 'All connections to the database are half closed',
  async make(tools) {
    for (const link of listDatabaseLinks(tools)) link.halfClose()
    return { liftedAt: now() }
  },
}

export const connectionStorm: Fault = {
  name: '600 clients hold connections to the instances for 8 s, and send a request a byte at a time, or garbage',
  async make({ cluster: { front } }) {
    const sockets = Array.from({ length: 600 }, (_, index) => dawdle(front.port, index))
    await sleep(8000)
    for (const socket of sockets) socket.destroy()
    return { liftedAt: now() }
  },
}

function listDatabaseLinks({ cluster }: Tools): readonly Link[] {
  return cluster.members.map(({ databaseLink }) => databaseLink)
}

async function during(milliseconds: number, links: readonly Link[], condition: Condition): Promise<Lifted> {
  for (const link of links) link.set(condition)
  await sleep(milliseconds)
  for (const link of links) link.lift()
  return { liftedAt: now() }
}

/** Half of them begin a request and go on by a letter a second; the others begin what looks like TLS. */
function dawdle(port: number, index: number): Socket {
  const socket = connect({ port, host: '127.0.0.1' })
  socket.on('error', () => {})
  if (index % 2 === 1) {
    socket.write(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01]))
    return socket
  }
  socket.write('POST /token HTTP/1.1\r\nHost: example.com\r\nX-Slow: ')
  const timer = setInterval(() => socket.write('a'), 1000)
  socket.on('close', () => clearInterval(timer))
  return socket
}
