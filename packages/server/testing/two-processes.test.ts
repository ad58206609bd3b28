import { expect, test } from 'vitest'
import { forEachDatabase } from './database.ts'
import { audience, ServerProcesses } from './server-processes.ts'

forEachDatabase('two server processes on one database', ({ createUrl }) => {
  test('100 parallel refreshes of one token: one rotation, 100 working answers with the identical refresh token', async () => {
    await using servers = await ServerProcesses.start(await createUrl(), 2)
    const login = await servers.post(0, '/login', { username: 'ada', password: servers.password, audience })
    const { refresh_token } = (await login.json()) as { refresh_token: string }
    const refreshes = Array.from({ length: 100 }, async (_, index) => {
      const form = { grant_type: 'refresh_token', client_id: 'ostiary', refresh_token }
      const answer = await servers.post(index, '/token', form)
      return { status: answer.status, ...((await answer.json()) as { refresh_token: string; access_token: string }) }
    })
    const answers = await Promise.all(refreshes)
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(new Set(answers.map((answer) => answer.refresh_token)).size).toBe(1)
    expect(new Set(answers.map(({ access_token }) => access_token)).size).toBe(100)
    const counts = await Promise.all(servers.urls.map(countRefreshes))
    expect(counts.map(({ rotated, repeated }) => rotated + repeated).reduce((sum, count) => sum + count)).toBe(100)
    expect(counts.map(({ rotated }) => rotated).reduce((sum, count) => sum + count)).toBe(1)
  })
})

async function countRefreshes(url: string): Promise<{ readonly rotated: number; readonly repeated: number }> {
  const metrics = await (await fetch(`${url}/metrics`)).text()
  const count = (outcome: string) =>
    Number(new RegExp(`^ostiary_refreshes_total{outcome="${outcome}"} (\\d+)$`, 'm').exec(metrics)?.[1] ?? 0)
  return { rotated: count('rotated'), repeated: count('repeated') }
}
