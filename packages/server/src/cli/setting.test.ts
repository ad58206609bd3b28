import { expect, test } from 'vitest'
import { CliFolder } from '../../testing/run-cli.ts'

test('setting list tells each setting with its source, without a secret, and needs no database', async () => {
  using folder = new CliFolder({
    OSTIARY_DATABASE_URL: 'postgres://ostiary:hunter2@127.0.0.1:1/nowhere',
    OSTIARY_SECRET: 'hunter3',
  })
  const asJson = await folder.run(['setting', 'list', '--json'])
  const { settings } = JSON.parse(asJson.stdout) as { settings: { name: string }[] }
  expect(settings.find(({ name }) => name === 'databaseUrl')).toEqual({
    name: 'databaseUrl',
    variable: 'OSTIARY_DATABASE_URL',
    value: 'postgres://ostiary:***@127.0.0.1:1/nowhere',
    source: 'environment',
    masked: true,
  })
  const asText = await folder.run(['setting', 'list'])
  expect(asText.stdout).toMatch(/^signUp +default +"invitation"$/m)
  expect(asJson.stdout + asText.stdout).not.toMatch(/hunter/)
})
