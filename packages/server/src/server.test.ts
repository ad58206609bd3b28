import { once } from 'node:events'
import { connect } from 'node:net'
import { availableParallelism } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { forEachDatabase } from '../testing/database.ts'
import { addAccount, addApi, logIn, startTestServer } from '../testing/test-server.ts'
import { minimumParameters } from './domain/credentials/argon2-parameters.ts'
import { migrations } from './domain/schema/migrations.ts'
import { selectSession } from './domain/sessions/session-store.ts'

const password = 'seven purple umbrellas'
const audience = 'https://api.example.com'
// So slow a hash that all logins have come before many are through.
const slowCost = { ...minimumParameters, passes: 5 * minimumParameters.passes }

async function countAtGate({ issuer }: { readonly issuer: string }): Promise<number> {
  const metrics = await (await fetch(`${issuer}/metrics`)).text()
  const counts = metrics.matchAll(/^ostiary_requests_under_way\{importance="hashing",state="\w+"\} (\d+)$/gm)
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0)
}

forEachDatabase('a graceful stop', ({ createUrl, open }) => {
  it('cuts no request that was accepted, though its hash still waits, and loses no login that was answered', async () => {
    const url = await createUrl()
    const server = await startTestServer({ databaseUrl: url, config: { passwordCost: slowCost } })
    await addAccount(server, 'ada', password)
    await addApi(server, { audience })
    const { hashQueue } = server.running.installation
    // So many that most of them wait for a core.
    const count = 10 * availableParallelism()
    let answered = 0
    const logins = Array.from({ length: count }, async () => {
      const answer = await logIn(server, { username: 'ada', password, audience })
      answered += 1
      return answer
    })
    // On PostgreSQL a few at a time are let in to be read for; the others wait for their hash at the gate.
    let [come, atGate] = [0, 0]
    while (come < count) {
      await sleep(1)
      const passed = answered + hashQueue.running + hashQueue.waiting
      // After the others are counted: who passes meanwhile is counted nowhere, and never twice.
      atGate = await countAtGate(server)
      come = passed + atGate
    }
    expect(hashQueue.waiting + atGate).toBeGreaterThan(0)
    await server.stop()
    const answers = await Promise.all(logins)
    const admitted = answers.filter(({ status }) => status === 200)
    // Who waits at the gate for two seconds, as on a busy machine, is answered too: that there is no place.
    expect(answers.filter(({ status }) => status !== 200 && status !== 503)).toEqual([])
    expect(admitted.length).toBeGreaterThan(0)
    const database = await open({ url, migrations })
    for (const answer of admitted) {
      const { session_id } = (await answer.json()) as { session_id: string }
      expect(await selectSession(database.read, session_id)).toBeDefined()
    }
  })
})

describe('a server that stops', () => {
  it('waits no longer than 5 s for requests of which only a part has come', async () => {
    const server = await startTestServer()
    const { port } = new URL(server.running.url)
    const halves = [
      'POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{',
      'GET /healthz HTTP/1.1\r\nHo',
    ]
    const sockets = halves.map((half) => {
      const socket = connect(Number(port), '127.0.0.1').on('error', () => {})
      socket.write(half)
      return socket
    })
    await Promise.all(sockets.map((socket) => once(socket, 'connect')))
    const startedAt = performance.now()
    await server.stop()
    expect(performance.now() - startedAt).toBeLessThan(10_000)
    for (const socket of sockets) socket.destroy()
  })
})
