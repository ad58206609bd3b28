import { afterEach, expect, test } from 'vitest'
import { findAccountByLoginName } from '../../server/src/domain/accounts/find-account-by-login-name.ts'
import { createApiKey } from '../../server/src/domain/api-keys/create-api-key.ts'
import { parseApiKey } from '../../server/src/domain/api-keys/parse-api-key.ts'
import { revoke } from '../../server/src/domain/revocation-acts/revoke.ts'
import { type ApiKeyClientOptions, createApiKeyClient } from '../src/create-api-key-client.ts'
import { audience, type Front, person, startFront } from './start-front.ts'

const fronts: Front[] = []
afterEach(async () => {
  for (const front of fronts.splice(0)) await front[Symbol.asyncDispose]()
})

async function start(more: Partial<ApiKeyClientOptions> = {}) {
  const front = await startFront()
  fronts.push(front)
  const { installation } = front.server.running
  const account = await findAccountByLoginName(installation.database.read, person.username)
  const parsed = parseApiKey({ name: 'Nightly report', audience })
  if (!account || !parsed.ok) throw new Error('no account')
  const created = await installation.database.write((tx) =>
    createApiKey(tx, { accountId: account.id }, parsed.description, 'cli'),
  )
  if (!created.ok) throw new Error(created.reason)
  let moment = Date.now()
  const clock = { now: () => moment, monotonic: () => moment }
  const pass = (milliseconds: number) => {
    moment += milliseconds
    front.passTime(milliseconds)
  }
  const options = { issuer: front.issuer, audience, apis: [front.origin], clock, ...more }
  const client = createApiKeyClient({ apiKey: created.text, ...options })
  const revokeKey = () =>
    revoke({ ...installation, issuer: front.issuer }, { kind: 'api_key', id: created.key.id }, 'cli')
  return { front, client, pass, revokeKey, apiKey: created.text }
}

const me = ({ origin }: Front) => `${origin}/api/me`
const countExchanges = ({ asked }: Front) => asked.filter((path) => path === '/auth/token').length

test('many calls at once exchange the key once, and again before the token ends', async () => {
  const { front, client, pass } = await start()
  const answers = await Promise.all(Array.from({ length: 20 }, () => client.fetch(me(front))))
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200))
  expect(countExchanges(front)).toBe(1)
  const token = await client.token()
  pass(139_000)
  expect(await client.token()).toBe(token)
  pass(2000)
  expect(await client.token()).not.toBe(token)
  expect((await client.fetch(me(front))).status).toBe(200)
  expect(countExchanges(front)).toBe(2)
})

test('a token that the API refuses is replaced once', async () => {
  const { front, client } = await start()
  await client.token()
  // The server and the API, and not the client, think that the token has ended.
  front.passTime(200_000)
  expect((await client.fetch(me(front))).status).toBe(200)
  expect(countExchanges(front)).toBe(2)
})

test('a server that is away for a moment is asked a second time; the token’s last seconds are used meanwhile', async () => {
  const { front, client, pass } = await start()
  let failures = 1
  front.setFault((path) => (path === '/auth/token' && failures-- > 0 ? { status: 503 } : undefined))
  const token = await client.token()
  front.setFault((path) => (path === '/auth/token' ? { status: 503 } : undefined))
  pass(145_000)
  expect(await client.token()).toBe(token)
  pass(6000)
  await expect(client.token()).rejects.toMatchObject({ code: 'unavailable' })
}, 20_000)

test('a key that was revoked is told as such, and that is not passing', async () => {
  const { front, client, pass, revokeKey } = await start()
  await client.token()
  await revokeKey()
  pass(150_000)
  await expect(client.fetch(me(front))).rejects.toMatchObject({ code: 'api_key_refused', isPassing: false })
})

test('neither the key nor a token goes to an origin that is no API', async () => {
  const { front, client } = await start()
  await client.fetch(front.elsewhere)
  expect(front.tokensElsewhere).toEqual([undefined])
  expect(countExchanges(front)).toBe(0)
})

test('an option that is wrong is told at once, without the key', async () => {
  const { apiKey, front } = await start()
  const make = (more: Partial<ApiKeyClientOptions>) => () =>
    createApiKeyClient({ issuer: front.issuer, apiKey, audience, ...more })
  expect(make({ apiKey: apiKey.slice(0, -1) })).toThrow(expect.objectContaining({ code: 'misconfigured' }))
  expect(make({ apiKey: apiKey.slice(0, -1) })).not.toThrow(apiKey.slice(3, -1))
  expect(make({ issuer: 'http://app.example.com' })).toThrow(expect.objectContaining({ code: 'misconfigured' }))
  const { client } = await start({ scope: 'orders:reed' })
  await expect(client.token()).rejects.toMatchObject({ code: 'misconfigured' })
})
