import { afterEach, expect, it } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import { startTestServer, type TestServer } from '../../../testing/test-server.ts'
import { countAuditEvents } from '../../domain/audit/pending-events.ts'
import { recordAuditEvent } from '../../domain/audit/record-audit-event.ts'
import { readOwnCheckpoint } from '../../domain/audit-tree/find-contradiction.ts'
import { verifyConsistency } from '../../platform/merkle-tree/verify-proof.ts'
import { parseCheckpoint } from '../../platform/signed-note/checkpoint.ts'

forEachDatabase('the audit log on the wire', ({ createUrl }) => {
  const servers: TestServer[] = []
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop()
  })

  async function start(): Promise<TestServer> {
    const server = await startTestServer({ databaseUrl: await createUrl(), issuerPath: '/tenant' })
    servers.push(server)
    return server
  }

  async function record({ running }: TestServer, count: number): Promise<void> {
    const { database } = running.installation
    for (let done = 0; done < count; done += 1)
      await database.write((tx) =>
        recordAuditEvent(tx, { act: 'login.refused', actor: 'anonymous', outcome: 'refused' }),
      )
    await expect.poll(async () => (await countAuditEvents(database.read)).pending, { interval: 10 }).toBe(0)
  }

  const readCheckpoint = async (server: TestServer) => {
    const response = await fetch(`${server.issuer}/audit/checkpoint`)
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    const note = await response.text()
    const checkpoint = parseCheckpoint(note)
    if (!checkpoint) throw new Error('that is no checkpoint')
    return { note, ...checkpoint }
  }

  it('"Where": the newest checkpoint is signed, and each goes on from the one before, as everybody can check', async () => {
    const server = await start()
    await record(server, 3)
    const first = await readCheckpoint(server)
    await record(server, 30)
    await expect.poll(async () => (await readCheckpoint(server)).size).toBeGreaterThan(first.size)
    const second = await readCheckpoint(server)
    expect(readOwnCheckpoint(second.note, server.running.installation.auditSigner)?.size).toBe(second.size)
    const url = `${server.issuer}/audit/consistency?from=${first.size}&to=${second.size}`
    const response = await fetch(url)
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000')
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    const { from, to, hashes } = (await response.json()) as { from: number; to: number; hashes: string[] }
    expect([from, to]).toEqual([first.size, second.size])
    const proof = hashes.map((hash) => Buffer.from(hash, 'base64'))
    expect(verifyConsistency({ from: first, to: second, proof })).toBe(true)
    expect((await fetch(url, { headers: { 'if-none-match': response.headers.get('etag') ?? '' } })).status).toBe(304)
    const inclusion = await fetch(`${server.issuer}/audit/proof?index=2&size=${second.size}`)
    expect(Object.keys((await inclusion.json()) as object)).toEqual(['index', 'size', 'hashes'])
  })

  it('what the tree has not come to is 404, and what is no number 400', async () => {
    const server = await start()
    await record(server, 3)
    const status = async (path: string) => (await fetch(`${server.issuer}/audit/${path}`)).status
    for (const path of [
      'consistency?from=1&to=999',
      'consistency?from=3&to=1',
      'consistency?from=0&to=1',
      'proof?index=1&size=1',
    ])
      expect(await status(path), path).toBe(404)
    const wrong = ['consistency', 'consistency?from=1', 'consistency?from=1&to=01', 'consistency?from=1&to=2&to=3']
    for (const path of [...wrong, 'proof?index=-1&size=1', 'proof?index=1&size=1e3', 'proof?index=%00&size=1'])
      expect(await status(path), path).toBe(400)
    const problem = (await (await fetch(`${server.issuer}/audit/consistency?from=1&to=999`)).json()) as { code: string }
    expect(problem.code).toBe('beyond_tree')
  })
})
