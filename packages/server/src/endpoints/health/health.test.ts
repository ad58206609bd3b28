import { Agent, request } from 'node:http'
import { expect, it } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import { addAccount, addApi, logIn, startTestServer } from '../../../testing/test-server.ts'
import { migrations } from '../../domain/schema/migrations.ts'
import { selectSession } from '../../domain/sessions/session-store.ts'

const password = 'seven purple umbrellas'
const audience = 'https://api.example.com'

forEachDatabase('a running server', ({ createUrl, open }) => {
  it('/healthz and /readyz answer 200; /readyz turns to 503 as soon as the process is asked to stop', async () => {
    const server = await startTestServer({ databaseUrl: await createUrl() })
    const agent = new Agent({ keepAlive: true })
    expect(await get(server.issuer, '/healthz', agent)).toMatchObject({ status: 200, body: '{"status":"ok"}' })
    expect(await get(server.issuer, '/readyz', agent)).toMatchObject({ status: 200 })
    const stopped = server.stop()
    const ready = await get(server.issuer, '/readyz', agent)
    expect(ready).toMatchObject({ status: 503, connection: 'close' })
    await stopped
    agent.destroy()
    await expect(fetch(`${server.issuer}/healthz`)).rejects.toThrow('fetch failed')
  })

  it('a graceful stop cuts no request that was accepted and loses no login that was answered', async () => {
    const url = await createUrl()
    const server = await startTestServer({ databaseUrl: url })
    await addAccount(server, 'ada', password)
    await addApi(server, { audience })
    const logins = Array.from({ length: 30 }, () => logIn(server, { username: 'ada', password, audience }))
    // The first answer proves that the others have arrived: they were sent before it.
    await logins[0]
    await server.stop()
    const answers = await Promise.all(logins)
    expect(answers.map(({ status }) => status)).toEqual(new Array(30).fill(200))
    const database = await open({ url, migrations })
    for (const answer of answers) {
      const { session_id } = (await answer.json()) as { session_id: string }
      expect(await selectSession(database.read, session_id)).toBeDefined()
    }
  })

  it('/metrics counts requests, latencies, logins by outcome, waiting hashes and issued tokens, with no name or address in it', async () => {
    const server = await startTestServer({ databaseUrl: await createUrl() })
    try {
      await addAccount(server, 'ada', password)
      await addApi(server, { audience })
      await logIn(server, { username: 'ada', password, audience })
      await logIn(server, { username: 'ada', password: 'wrong', audience })
      await logIn(server, { username: 'ada', password, audience: 'urn:none' })
      await fetch(`${server.issuer}/some/unknown/path?token=abc`)
      const answer = await fetch(`${server.issuer}/metrics`)
      expect(answer.headers.get('content-type')).toContain('text/plain')
      const text = await answer.text()
      for (const line of [
        'ostiary_logins_total{outcome="succeeded"} 1',
        'ostiary_logins_total{outcome="refused"} 1',
        'ostiary_logins_total{outcome="invalid_target"} 1',
        'ostiary_access_tokens_issued_total{algorithm="ES256"} 1',
        'ostiary_password_hashes{state="waiting"} 0',
        'http_request_duration_seconds_count{method="POST",route="/login",status="200"} 1',
        'http_request_duration_seconds_count{method="GET",route="(none)",status="404"} 1',
        'process_resident_memory_bytes',
      ]) {
        expect(text).toContain(line)
      }
      for (const secret of ['ada', 'abc', audience, '127.0.0.1']) expect(text).not.toContain(secret)
    } finally {
      await server.stop()
    }
  })
})

function get(
  issuer: string,
  path: string,
  agent: Agent,
): Promise<{ status: number | undefined; body: string; connection: string | undefined }> {
  return new Promise((resolve, reject) => {
    request(`${issuer}${path}`, { agent }, (answer) => {
      let body = ''
      answer.on('data', (chunk) => {
        body += chunk
      })
      answer.on('end', () => resolve({ status: answer.statusCode, body, connection: answer.headers.connection }))
    })
      .on('error', reject)
      .end()
  })
}
