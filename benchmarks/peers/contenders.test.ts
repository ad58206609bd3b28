import { decodeJwt, decodeProtectedHeader } from 'jose'
import { expect, onTestFinished, test } from 'vitest'
import { bareFastify, betterAuth, oidcProvider, onSqlite, type ServerContenderProcess } from './contenders.ts'
import { type LoadKind, peerAudience } from './peer.ts'
import { postForms } from './post-forms.ts'

type Answer = Readonly<Record<string, unknown>>

async function start(contender: typeof onSqlite): Promise<ServerContenderProcess> {
  const server = await contender.start()
  onTestFinished(() => server.stop())
  return server
}

/** Posts one form of a kind, twice; the second answer may be a refusal. */
async function ask(server: ServerContenderProcess, kind: LoadKind) {
  const { url, forms } = await server.makeForms({ kind, count: 1 })
  const [body = ''] = forms
  const post = () => fetch(url, { method: 'POST', body: new URLSearchParams(body) })
  const first = await post()
  expect(first.status).toBe(200)
  return { body, answer: (await first.json()) as Answer, again: (await post()).status }
}

function expectAccessToken({ access_token }: Answer): void {
  expect(decodeProtectedHeader(String(access_token)).alg).toBe('ES256')
  expect([decodeJwt(String(access_token)).aud].flat()).toContain(peerAudience)
}

test.each([onSqlite, oidcProvider, betterAuth])('$name does the work that its figures are of', async (contender) => {
  const server = await start(contender)
  expectAccessToken((await ask(server, 'client_credentials')).answer)
  const redeemed = await ask(server, 'authorization_code')
  expectAccessToken(redeemed.answer)
  expect(redeemed.answer.refresh_token).toEqual(expect.any(String))
  expect(redeemed.again).toBeGreaterThanOrEqual(400)
  const refreshed = await ask(server, 'refresh_token')
  expectAccessToken(refreshed.answer)
  expect(refreshed.body).not.toContain(String(refreshed.answer.refresh_token))
  expect((await ask(server, 'introspection')).answer.active).toBe(true)
})

test('the load counts what was answered with 200, and ends with an error at anything else', async () => {
  const server = await start(bareFastify)
  const { url, forms } = await server.makeForms({ kind: 'client_credentials', count: 2 })
  const figures = await postForms(
    new URL(url),
    forms.map((form) => () => form),
    50,
  )
  expect(figures.latencies.length).toBeGreaterThanOrEqual(2)
  expect(figures.perSecond).toBeGreaterThan(0)
  await expect(postForms(new URL('/nothing', url), [() => 'a=b'], 50)).rejects.toThrow('404')
})
