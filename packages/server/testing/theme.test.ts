import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Theme } from '../src/platform/html/theme.ts'
import { startTestServer, type TestServer } from './test-server.ts'

const theme: Theme = {
  name: 'Fish & Chips',
  accent: { light: '#1d4ed8', dark: '#93c5fd' },
  termsUrl: 'https://example.com/terms',
  privacyUrl: 'https://example.com/privacy',
}

let server: TestServer

beforeAll(async () => {
  server = await startTestServer({ config: { theme }, showsOutbox: true })
})

afterAll(async () => {
  await server?.stop()
})

test.each([
  ['login', '/login'],
  ['an error', '/nowhere'],
  ['a code of an error', '/errors/invalid_grant'],
  ['a device', '/device'],
  ['being signed out', '/end-session'],
  ['the outbox', '/dev/outbox'],
])('the page of %s has the configured name, colours, terms and privacy', async (_what, path) => {
  const answer = await fetch(server.issuer + path, { headers: { accept: 'text/html', 'accept-language': 'de' } })
  const page = await answer.text()
  expect(page).toContain('<bdi>Fish &amp; Chips</bdi></header>')
  expect(page).toMatch(/<title>[^<]+ · Fish &amp; Chips<\/title>/)
  expect(page).toContain('--accent:#1d4ed8')
  expect(page).toMatch(
    /<footer><a href="https:\/\/example\.com\/terms"[^>]*>[^<]+<\/a>\s*<a href="https:\/\/example\.com\/privacy"/,
  )
  expect(page).not.toContain('Ostiary')
})
