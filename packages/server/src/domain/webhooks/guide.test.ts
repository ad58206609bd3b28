import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Webhook as Oracle } from 'standardwebhooks'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findFreePort } from '../../../testing/test-server.ts'
import { makeWebhookSecret, signWebhook } from './webhook-secret.ts'

const guide = path.join(import.meta.dirname, '../../../../../docs/guide/webhooks.md')
const secret = makeWebhookSecret()
const folder = mkdtempSync(path.join(tmpdir(), 'ostiary-receiver-'))
let receiver: ReturnType<typeof spawn>
let url: string
let printed = ''

beforeAll(async () => {
  const [, code = ''] = /^```js\n(.*?)^```$/ms.exec(readFileSync(guide, 'utf8')) ?? []
  const file = path.join(folder, 'receiver.mjs')
  writeFileSync(file, code)
  const port = await findFreePort()
  url = `http://127.0.0.1:${port}/`
  receiver = spawn(process.execPath, [file], { env: { ...process.env, WEBHOOK_SECRET: secret, PORT: String(port) } })
  receiver.stdout?.on('data', (chunk) => {
    printed += chunk
  })
  for (;;) {
    const isUp = await fetch(url, { method: 'POST' }).then(
      () => true,
      () => false,
    )
    if (isUp) break
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
})
afterAll(() => {
  receiver.kill()
  rmSync(folder, { recursive: true })
})

const body = JSON.stringify({ type: 'account.created', timestamp: '2026-11-26T07:28:54.322Z', data: { actor: 'cli' } })
const now = () => Math.floor(Date.now() / 1000)

async function send(signature: string, timestampSeconds = now(), sent = body, id = 'a'): Promise<number> {
  const headers = { 'webhook-id': id, 'webhook-timestamp': String(timestampSeconds), 'webhook-signature': signature }
  return (await fetch(url, { method: 'POST', headers, body: sent })).status
}

const sign = (timestampSeconds = now(), secrets = [secret]) => signWebhook(secrets, { id: 'a', timestampSeconds, body })

test('the receiver of the guide, as it is printed, takes what we and what others sign, and a repetition once', async () => {
  expect(await send(sign())).toBe(204)
  expect(await send(new Oracle(secret).sign('a', new Date(now() * 1000), body))).toBe(204)
  expect(await send(sign(now(), [makeWebhookSecret(), secret]))).toBe(204)
  expect(printed.match(/account\.created/g)).toHaveLength(1)
})

test.each<[string, () => Promise<number>]>([
  ['another secret', () => send(sign(now(), [makeWebhookSecret()]))],
  ['another body', () => send(sign(), now(), `${body} `)],
  ['another id', () => send(sign(), now(), body, 'b')],
  ['an old message', () => send(sign(now() - 301), now() - 301)],
  ['one from the future', () => send(sign(now() + 301), now() + 301)],
  ['no signature', () => send('')],
  ['half a signature', () => send(sign().slice(0, 20))],
])('and refuses %s', async (_, sending) => {
  expect(await sending()).toBe(401)
})
