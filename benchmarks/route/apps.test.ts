import { afterAll, expect, test } from 'vitest'
import { startWorker } from '../measuring/start-worker.ts'
import { makeKey, toKeySet } from '../tokens/make-key.ts'
import { signTokens } from '../tokens/sign-token.ts'
import { type AppName, apps, type VerifyingKey } from './apps.ts'
import type { AppMessage, AppReply } from './serve-app.ts'

const key = makeKey('ES256')
const verifying: VerifyingKey = {
  pem: key.verifyWith.export({ type: 'spki', format: 'pem' }).toString(),
  jwks: toKeySet(key) as VerifyingKey['jwks'],
}
const [good = ''] = signTokens(key, 1)
const [forged = ''] = signTokens(makeKey('ES256'), 1)

const worker = startWorker<AppMessage, AppReply>(new URL('./serve-app.ts', import.meta.url))
afterAll(() => worker.stop())

test.each(Object.keys(apps) as AppName[])('%s lets in whom its figures are of, and nobody else', async (name) => {
  const reply = await worker.ask({ start: name, key: verifying })
  if (!('port' in reply)) throw new Error(`${name} named no port`)
  const ask = async (token: string) => {
    const answer = await fetch(`http://127.0.0.1:${reply.port}/orders`, {
      headers: { authorization: `Bearer ${token}` },
    })
    return answer.status
  }
  expect(await ask(good)).toBe(200)
  const isGuarded = !name.endsWith('unguarded')
  // Some leave it to the app to answer 401.
  expect((await ask(forged)) >= 400).toBe(isGuarded)
})
