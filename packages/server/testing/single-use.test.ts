import { expect, test } from 'vitest'
import { forEachDatabase } from './database.ts'
import { audience, challenge, redirectUri, ServerProcesses, verifier } from './server-processes.ts'

forEachDatabase('things that are good once, at two server processes on one database', ({ createUrl }) => {
  test('RFC 6749 §4.1.2: of 20 parallel uses of a code one gets tokens, and a use after that takes them away', async () => {
    await using servers = await ServerProcesses.start(await createUrl(), 2)
    const { client_id: clientId = '' } = await servers.run(...appOptions)
    const code = await takeCode(servers, clientId, await servers.signIn())
    const answers = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const answer = await servers.post(index, '/token', toForm(clientId, code))
        return { status: answer.status, ...((await answer.json()) as { error?: string; refresh_token?: string }) }
      }),
    )
    const right = answers.filter(({ status }) => status === 200)
    const wrong = answers.filter(({ status }) => status !== 200)
    expect([right.length, new Set(wrong.map(({ error }) => error))]).toEqual([1, new Set(['invalid_grant'])])
    // RFC 6749 §4.1.2: what a code gave is revoked when it is used again, and it was.
    const form = { grant_type: 'refresh_token', client_id: clientId, refresh_token: right[0]?.refresh_token ?? '' }
    const refreshed = await servers.post(1, '/token', form)
    expect([refreshed.status, ((await refreshed.json()) as { error: string }).error]).toEqual([400, 'invalid_grant'])
  })

  test('kill -9 between issue and use: a code that was answered is good once after the restart', async () => {
    await using servers = await ServerProcesses.start(await createUrl(), 1)
    const { client_id: clientId = '' } = await servers.run(...appOptions)
    const code = await takeCode(servers, clientId, await servers.signIn())
    await servers.kill()
    await servers.serve()
    expect((await servers.post(0, '/token', toForm(clientId, code))).status).toBe(200)
    await servers.kill()
    await servers.serve()
    expect((await servers.post(0, '/token', toForm(clientId, code))).status).toBe(400)
  })
})

const appOptions = [
  ...['client', 'create', '--name', 'Shop', '--type', 'public', '--first-party'],
  ...['--redirect-uri', redirectUri],
]

async function takeCode(servers: ServerProcesses, clientId: string, cookie: string): Promise<string> {
  const query = new URLSearchParams({
    ...{ response_type: 'code', client_id: clientId, redirect_uri: redirectUri, resource: audience },
    ...{ code_challenge: challenge, code_challenge_method: 'S256' },
  })
  const answered = await fetch(`${servers.urls[0]}/authorize?${query}`, {
    headers: { accept: 'text/html', cookie },
    redirect: 'manual',
  })
  return new URL(answered.headers.get('location') ?? '').searchParams.get('code') ?? ''
}

function toForm(clientId: string, code: string): Record<string, string> {
  return {
    ...{ grant_type: 'authorization_code', client_id: clientId, redirect_uri: redirectUri },
    ...{ code, code_verifier: verifier },
  }
}
