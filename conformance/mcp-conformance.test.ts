import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { findFreePort } from '../packages/server/testing/test-server.ts'
import {
  addClient,
  audience,
  authorizeByRedirect,
  newVisitor,
  type RegisteredClient,
  type Scene,
  startScene,
} from './scene.ts'

const runner = fileURLToPath(import.meta.resolve('@modelcontextprotocol/conformance/dist/index.js'))

interface Check {
  readonly id: string
  readonly status: 'SUCCESS' | 'WARNING' | 'FAILURE' | 'SKIPPED' | 'INFO'
  readonly errorMessage?: string
}

const folders: string[] = []
const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill()
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/**
 * Runs the suite for authorization servers; the person signs in at the URL that it prints. Its clients are public: where the metadata has
 * the method `none`, the runner sends no secret although it was given one.
 */
async function runSuite(scene: Scene, { clientId }: RegisteredClient, port: number) {
  const folder = mkdtempSync(path.join(tmpdir(), 'ostiary-mcp-conformance-'))
  folders.push(folder)
  const where = ['--url', scene.server.issuer, '--resource', audience, '--port', String(port)]
  const child = spawn(process.execPath, [
    runner,
    'authorization',
    ...where,
    '--client-id',
    clientId,
    '--output-dir',
    folder,
  ])
  children.push(child)
  const exit = new Promise<number | null>((resolve) => child.on('close', resolve))
  const errors = text(child.stderr)
  let printed = ''
  for await (const chunk of child.stdout.setEncoding('utf8')) {
    const before = findAuthorizationUrl(printed, scene)
    printed += chunk
    const url = findAuthorizationUrl(printed, scene)
    if (before === undefined && url !== undefined) await fetch(await authorizeByRedirect(newVisitor(scene), url))
  }
  return { exitCode: await exit, checks: readChecks(folder), report: `${printed}\n${await errors}` }
}

function findAuthorizationUrl(printed: string, { server }: Scene): URL | undefined {
  const [line] = printed.split('\n').filter((candidate) => candidate.startsWith(`${server.issuer}/authorize?`))
  return line !== undefined && printed.includes(`${line}\n`) ? new URL(line) : undefined
}

function readChecks(folder: string): readonly Check[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('checks.json'),
  )
  return files.flatMap((file): Check[] => JSON.parse(readFileSync(path.join(folder, file), 'utf8')))
}

describe('@modelcontextprotocol/conformance', () => {
  it.each([
    ['', 'registered beforehand'],
    ['/tenant', 'registered beforehand'],
    ['', 'registers itself'],
  ])(
    'MCP "Authorization": all checks of the suite for authorization servers pass (issuer path "%s", a client that %s)',
    async (issuerPath, introduction) => {
      await using scene = await startScene(issuerPath, { registration: 'open' })
      const port = await findFreePort()
      const redirectUris = [`http://127.0.0.1:${port}/callback`]
      const client =
        introduction === 'registers itself'
          ? await registerItself(scene, redirectUris)
          : await addClient(scene, { redirectUris })
      const { exitCode, checks, report } = await runSuite(scene, client, port)
      const passed = checks.filter(({ status }) => status === 'SUCCESS').map(({ id }) => id)
      expect(passed.sort(), report).toEqual([
        'authorization-code-grant',
        'authorization-server-metadata',
        'authorization-server-metadata-cimd',
      ])
      expect(checks, report).toHaveLength(passed.length)
      expect(exitCode, report).toBe(0)
    },
  )
})

async function registerItself({ server }: Scene, redirectUris: readonly string[]): Promise<RegisteredClient> {
  const answer = await fetch(`${server.issuer}/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      redirect_uris: redirectUris,
      token_endpoint_auth_method: 'none',
      application_type: 'native',
    }),
  })
  const { client_id: clientId } = (await answer.json()) as { client_id: string }
  return { clientId, secret: '' }
}
