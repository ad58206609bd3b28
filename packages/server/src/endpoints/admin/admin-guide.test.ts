import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { addClient } from '../../../testing/authorization-scene.ts'
import { addAccount, startTestServer } from '../../../testing/test-server.ts'
import { addRole } from '../../domain/accounts/change-role.ts'
import { findAccountByLoginName } from '../../domain/accounts/find-account-by-login-name.ts'
import { settleOutdatedClaims } from '../../domain/accounts/settle-outdated-claims.ts'

const guide = path.join(import.meta.dirname, '../../../../../docs/guide/admin-api.md')

test('docs/guide/admin-api.md: its lines work as they stand, for a program and for a person', async ({
  onTestFinished,
}) => {
  const server = await startTestServer({ config: { logLevel: 'warn' } })
  onTestFinished(() => server.stop())
  const { database } = server.running.installation
  const password = 'a long walk along the river'
  const accountId = await addAccount(server, 'ada', password)
  await database.write((tx) => addRole(tx, { accountId, role: 'admin', actor: 'cli' }))
  await settleOutdatedClaims(database)
  const program = await addClient(server, {
    ...{ type: 'confidential', grants: ['client_credentials'], scopes: ['accounts:read', 'accounts:write'] },
  })
  const scopes = ['accounts:read', 'sessions:read', 'sessions:revoke']
  const mine = await addClient(server, { type: 'public', grants: ['refresh_token'], scopes })
  const blocks = [...readFileSync(guide, 'utf8').matchAll(/^```sh run\n(.*?)^```/gms)].map(([, block = '']) => block)
  expect(blocks.length).toBeGreaterThan(5)
  const { exitCode, output } = await run(blocks.join('\n'), {
    ...{ ISSUER: server.issuer, CLIENT_ID: program.id, CLIENT_SECRET: program.secret },
    ...{ PERSON_CLIENT_ID: mine.id, ADMIN: 'ada', ADMIN_PASSWORD: password },
  })
  expect(exitCode, output).toBe(0)
  expect(output).toContain('Grace Hopper')
  const grace = await findAccountByLoginName(database.read, 'grace')
  expect([grace?.disabledBy, output.match(new RegExp(`"id":"${grace?.id}"`, 'g'))?.length]).toEqual(['operator', 4])
})

function run(commands: string, variables: Readonly<Record<string, string>>) {
  const env = { PATH: `${path.dirname(process.execPath)}:${process.env.PATH}`, ...variables }
  const child = spawn('bash', ['-euo', 'pipefail', '-c', commands], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  return new Promise<{ exitCode: number | null; output: string }>((resolve) =>
    child.on('close', (exitCode) => resolve({ exitCode, output })),
  )
}
