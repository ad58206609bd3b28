import { createGuard, type Guard } from '@ostiary/guard'
import { decodeJwt } from 'jose'
import { afterEach, expect, test } from 'vitest'
import { disableAccount } from '../src/domain/accounts/disable-account.ts'
import { enableAccount } from '../src/domain/accounts/enable-account.ts'
import { hashPassword } from '../src/domain/credentials/hash-password.ts'
import { setPassword } from '../src/domain/credentials/set-password.ts'
import { revoke } from '../src/domain/revocation-acts/revoke.ts'
import { findSession } from '../src/domain/sessions/find-session.ts'
import { isSessionLive } from '../src/domain/sessions/is-session-live.ts'
import { listSessions } from '../src/domain/sessions/list-sessions.ts'
import { logOutEverywhere } from '../src/domain/sessions/log-out-everywhere.ts'
import { forEachDatabase } from './database.ts'
import { addAccount, addApi, logIn, startTestServer, type TestServer } from './test-server.ts'

const audience = 'https://api.example.com'
const person = { username: 'ada', password: 'a long walk along the river' }

forEachDatabase('revocation, from the act to the guards', ({ createUrl }) => {
  const closing: (() => unknown)[] = []
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close()
  })

  async function start(): Promise<{
    server: TestServer
    logOut: () => Promise<unknown>
    getToken: () => Promise<string>
  }> {
    const server = await startTestServer({ databaseUrl: await createUrl(), isClockRunning: true })
    closing.push(() => server.stop())
    await addApi(server, { audience })
    const accountId = await addAccount(server, person.username, person.password)
    const { database } = server.running.installation
    return {
      server,
      logOut: () => database.write((tx) => logOutEverywhere(tx, accountId, 'cli')),
      async getToken() {
        const answer = (await (await logIn(server, { ...person, audience })).json()) as { access_token: string }
        return answer.access_token
      },
    }
  }

  function openGuard(server: TestServer): Guard {
    const guard = createGuard({ issuer: server.issuer, audience })
    closing.push(() => guard.close())
    return guard
  }

  test('a token is accepted until its session ends, and then refused within a second; a new login is not', async () => {
    const { server, getToken, logOut } = await start()
    const guard = openGuard(server)
    const token = await getToken()
    await expect(guard.verify(token)).resolves.toMatchObject({ iss: server.issuer })
    expect(guard.state().feed.state).toBe('live')
    await logOut()
    const durableAt = performance.now()
    const verify = () =>
      guard.verify(token).then(
        () => 'accepted',
        ({ code }) => code,
      )
    await expect.poll(verify, { interval: 5, timeout: 3000 }).toBe('token_revoked')
    // The promise itself, generously kept: what is told at once takes some milliseconds.
    expect(performance.now() - durableAt).toBeLessThan(1000)
    await expect(guard.verify(await getToken())).resolves.toMatchObject({ iss: server.issuer })
  })

  test('a guard that starts later knows what was revoked before it serves', async () => {
    const { server, getToken, logOut } = await start()
    const token = await getToken()
    await logOut()
    await expect(openGuard(server).verify(token)).rejects.toMatchObject({ code: 'token_revoked' })
  })

  test.each([{ kind: 'everything' }, { kind: 'client', id: 'ostiary' }] as const)(
    'revoking $kind while people log in and refresh: no token lives that its session doesn’t',
    async (target) => {
      const { server } = await start()
      const guard = openGuard(server)
      const deps = { ...server.running.installation, issuer: server.issuer }
      const open = async () =>
        (await (await logIn(server, { ...person, audience })).json()) as { access_token: string; refresh_token: string }
      let judged = 0
      for (let round = 0; round < 4; round += 1) {
        const opened = await Promise.all(Array.from({ length: 6 }, open))
        const refresh = async (refresh_token: string) => {
          const body = new URLSearchParams({ grant_type: 'refresh_token', client_id: 'ostiary', refresh_token })
          const answer = await fetch(`${server.issuer}/token`, { method: 'POST', body })
          return ((await answer.json()) as { access_token?: string }).access_token
        }
        const asking = [
          ...opened.map(({ refresh_token }) => refresh(refresh_token)),
          ...Array.from({ length: 3 }, async () => (await open()).access_token),
        ]
        await new Promise((resolve) => setTimeout(resolve, 4 * round))
        const revoked = await revoke(deps, target, 'cli')
        const tokens = (await Promise.all(asking)).filter((token) => token !== undefined)
        await expect.poll(() => guard.state().feed.sequence, { interval: 5 }).toBe(revoked.ok && revoked.sequence)
        for (const token of tokens) {
          const { sid } = decodeJwt(token)
          const session = await findSession(deps.database.read, String(sid))
          const isLive = session !== undefined && (await isSessionLive(deps.database.read, session, server.clock.now()))
          const isAccepted = await guard.verify(token).then(
            () => true,
            () => false,
          )
          expect([isAccepted, isLive]).toEqual([isLive, isLive])
          judged += 1
        }
      }
      expect(judged).toBeGreaterThan(10)
    },
  )

  test.each(['disabled', 'given a new password'] as const)(
    'an account that is %s while it logs in: no session lives on',
    async (how) => {
      const { server } = await start()
      const { database, hashQueue } = server.running.installation
      const accountId = await addAccount(server, 'grace', person.password)
      const hash = await hashPassword(hashQueue, 'another long walk')
      for (let round = 0; round < 3; round += 1) {
        const logins = Array.from({ length: 12 }, () =>
          logIn(server, { username: 'grace', password: person.password, audience }),
        )
        await new Promise((resolve) => setTimeout(resolve, 10 + 15 * round))
        await database.write(async (tx) => {
          if (how === 'disabled') await disableAccount(tx, accountId, 'cli')
          else await setPassword(tx, accountId, hash, 'cli')
          await logOutEverywhere(tx, accountId, 'cli')
        })
        await Promise.all(logins)
        expect(await listSessions(database.read, accountId, server.clock.now())).toEqual([])
        const before = await hashPassword(hashQueue, person.password)
        await database.write(async (tx) => {
          await enableAccount(tx, accountId, 'cli')
          await setPassword(tx, accountId, before, 'cli')
        })
      }
    },
  )
})
