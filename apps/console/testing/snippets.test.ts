import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addConfidentialClient } from '../../../packages/server/testing/revoking.ts'
import {
  addAccount,
  addApi,
  findFreePort,
  startTestServer,
  type TestServer,
} from '../../../packages/server/testing/test-server.ts'
import { clientSnippets } from '../src/snippets/client-snippets.ts'
import { guardSnippets } from '../src/snippets/guard-snippets.ts'
import type { Snippet } from '../src/snippets/snippet.ts'

const run = promisify(execFile)
const audience = 'https://api.example.com'
const password = 'nine amber lanterns'
const scopes = ['orders:read']

let server: TestServer
/** Where the packages of this repository are found, as if they had been installed. */
let folder: string
let machine: { readonly id: string; readonly secret: string }
let token: string

beforeAll(async () => {
  const cache = path.join(import.meta.dirname, '../../../node_modules/.cache')
  mkdirSync(cache, { recursive: true })
  folder = mkdtempSync(path.join(cache, 'snippets-'))
  server = await startTestServer({ isClockRunning: true })
  await addApi(server, { audience, name: 'Orders', scopes })
  await addAccount(server, 'grace', password)
  machine = await addConfidentialClient(server, scopes, ['client_credentials'])
  token = await runSnippet(find(snippetsOfMachine(), 'Node.js'), { CLIENT_SECRET: machine.secret })
})
afterAll(async () => {
  await server?.stop()
  if (folder) rmSync(folder, { recursive: true, force: true })
})

function snippetsOfMachine(): readonly Snippet[] {
  const client = {
    issuer: server.issuer,
    clientId: machine.id,
    type: 'confidential',
    redirectUris: [],
    audience,
  } as const
  return clientSnippets({ ...client, grants: ['client_credentials'] })
}

function find(snippets: readonly Snippet[], name: string): Snippet {
  const snippet = snippets.find((one) => one.name === name)
  if (!snippet) throw new Error(`there is no snippet for ${name}`)
  return snippet
}

/** Pastes it into a file and runs that to its end; gives what it prints. */
async function runSnippet({ name, text }: Snippet, environment: Record<string, string>): Promise<string> {
  const file = path.join(folder, `${name.replaceAll(/\W/g, '-')}.mjs`)
  writeFileSync(file, text)
  const { stdout } = await run(process.execPath, [file], { env: { ...process.env, ...environment } })
  return stdout.trim()
}

test.each(['Express', 'Fastify', 'Hono', 'Koa'])(
  '%s: pasted and run, it lets in who has a token and nobody else',
  async (name) => {
    const api = { issuer: server.issuer, audience, scopes, isSecretShared: false }
    const file = path.join(folder, `guard-${name}.mjs`)
    writeFileSync(file, find(guardSnippets(api), name).text)
    const port = await findFreePort()
    const child = spawn(process.execPath, [file], { env: { ...process.env, PORT: String(port) }, stdio: 'pipe' })
    try {
      const ask = await untilListening(child, `http://127.0.0.1:${port}/`)
      expect((await ask()).status).toBe(401)
      const answer = await ask({ authorization: `Bearer ${token}` })
      expect([answer.status, await answer.json()]).toEqual([200, { welcome: machine.id }])
    } finally {
      child.kill()
    }
  },
)

async function untilListening(
  child: ChildProcess,
  url: string,
): Promise<(headers?: Record<string, string>) => Promise<Response>> {
  let printed = ''
  child.stderr?.on('data', (chunk) => {
    printed += chunk
  })
  const ask = (headers: Record<string, string> = {}) => fetch(url, { headers })
  for (;;) {
    const answer = await ask().catch(() => undefined)
    if (answer) return ask
    if (child.exitCode !== null) throw new Error(printed)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

test('Next.js: the handler answers 401 without a token', async () => {
  const api = { issuer: server.issuer, audience, scopes, isSecretShared: false }
  const { text } = find(guardSnippets(api), 'Next.js')
  const file = path.join(folder, 'route.mjs')
  writeFileSync(file, `${text}\nconsole.log((await GET(new Request('http://x/'))).status)\nprocess.exit(0)\n`)
  expect((await run(process.execPath, [file])).stdout.trim()).toBe('401')
})

test('@ostiary/client: pasted and run, it logs in and prints a token', async () => {
  const client = { issuer: server.issuer, clientId: 'ostiary', type: 'public', redirectUris: [], audience } as const
  const snippet = find(clientSnippets({ ...client, grants: ['refresh_token'] }), '@ostiary/client')
  expect(await runSnippet(snippet, { LOGIN_NAME: 'grace', LOGIN_PASSWORD: password })).toMatch(/^ey[\w-]+\./)
})

test.each([
  ['for itself', () => find(snippetsOfMachine(), 'curl')],
  [
    'for a person',
    () => {
      const client = { issuer: server.issuer, clientId: 'ostiary', type: 'public', redirectUris: [], audience } as const
      return find(clientSnippets({ ...client, grants: ['refresh_token'] }), 'curl')
    },
  ],
])('curl, %s: pasted into a shell, it prints a token', async (_, make) => {
  const environment = { CLIENT_SECRET: machine.secret, LOGIN_NAME: 'grace', LOGIN_PASSWORD: password }
  const { stdout } = await run('bash', ['-c', make().text], { env: { ...process.env, ...environment } })
  expect(JSON.parse(stdout)).toMatchObject({ token_type: 'Bearer', access_token: expect.any(String) })
})

test('openid-client: pasted and run, it prints where the person signs in', async () => {
  const client = { issuer: server.issuer, clientId: machine.id, type: 'confidential', audience } as const
  const snippet = find(
    clientSnippets({ ...client, grants: ['authorization_code'], redirectUris: ['https://app.example/cb'] }),
    'openid-client',
  )
  expect(await runSnippet(snippet, { CLIENT_SECRET: machine.secret })).toContain(`Open ${server.issuer}/authorize?`)
})

test('names that a shell or JavaScript would read otherwise are quoted', () => {
  const api = { issuer: "https://it's.example", audience: "urn:o'neill:`$(id)`", scopes: [], isSecretShared: true }
  for (const { text } of guardSnippets(api)) {
    expect(text).toContain("audience: 'urn:o\\'neill:`$(id)`'")
    expect(text).toContain('keys: { secret: process.env.API_SECRET }')
  }
})
