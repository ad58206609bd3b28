import { expect, test } from 'vitest'
import { randomSecret } from '../src/platform/random/random.ts'
import { forEachDatabase } from './database.ts'
import { CliFolder, untilPrinted } from './run-cli.ts'
import { findFreePort } from './test-server.ts'

const audience = 'https://api.example.com'

forEachDatabase('two server processes on one database', ({ createUrl }) => {
  test('100 parallel refreshes of one token: one rotation, 100 working answers with the identical refresh token', async () => {
    const databaseUrl = await createUrl()
    const ports = [await findFreePort(), await findFreePort()]
    const shared = {
      OSTIARY_DATABASE_URL: databaseUrl,
      OSTIARY_SECRET: randomSecret(),
      OSTIARY_ISSUER: 'http://127.0.0.1:4000',
      OSTIARY_LOG_LEVEL: 'info',
    }
    const folders = ports.map((port) => new CliFolder({ ...shared, OSTIARY_PORT: String(port) }))
    const [folder] = folders as [CliFolder]
    await folder.run(['api', 'create', '--audience', audience])
    const created = await folder.run(['account', 'create', '--username', 'ada', '--generate-password', '--json'])
    const { password } = JSON.parse(created.stdout)
    const servers = folders.map((each) => each.start(['serve']))
    try {
      await Promise.all(servers.map((server) => untilPrinted(server, /"msg":"listening"/)))
      const body = new URLSearchParams({ username: 'ada', password, audience })
      const login = await fetch(`http://127.0.0.1:${ports[0]}/login`, { method: 'POST', body })
      const { refresh_token } = (await login.json()) as { refresh_token: string }
      const refreshes = Array.from({ length: 100 }, async (_, index) => {
        const form = new URLSearchParams({ grant_type: 'refresh_token', client_id: 'ostiary', refresh_token })
        const answer = await fetch(`http://127.0.0.1:${ports[index % 2]}/token`, { method: 'POST', body: form })
        return { status: answer.status, ...((await answer.json()) as { refresh_token: string; access_token: string }) }
      })
      const answers = await Promise.all(refreshes)
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
      expect(new Set(answers.map((answer) => answer.refresh_token)).size).toBe(1)
      expect(new Set(answers.map(({ access_token }) => access_token)).size).toBe(100)
      const counts = await Promise.all(ports.map(countRefreshes))
      expect(counts.map(({ rotated, repeated }) => rotated + repeated).reduce((sum, count) => sum + count)).toBe(100)
      expect(counts.map(({ rotated }) => rotated).reduce((sum, count) => sum + count)).toBe(1)
    } finally {
      for (const server of servers) server.kill('SIGKILL')
      for (const each of folders) each[Symbol.dispose]()
    }
  })
})

async function countRefreshes(port: number): Promise<{ readonly rotated: number; readonly repeated: number }> {
  const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  const count = (outcome: string) =>
    Number(new RegExp(`^ostiary_refreshes_total{outcome="${outcome}"} (\\d+)$`, 'm').exec(metrics)?.[1] ?? 0)
  return { rotated: count('rotated'), repeated: count('repeated') }
}
