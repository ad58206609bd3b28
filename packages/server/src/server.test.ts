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
    while (answered + hashQueue.running + hashQueue.waiting < count) await sleep(1)
    expect(hashQueue.waiting).toBeGreaterThan(0)
    await server.stop()
    const answers = await Promise.all(logins)
    expect(answers.map(({ status }) => status)).toEqual(new Array(count).fill(200))
    const database = await open({ url, migrations })
    for (const answer of answers) {
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
