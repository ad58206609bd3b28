import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { databaseUnderTest } from '../../testing/database.ts'
import { CliFolder, type CliResult } from '../../testing/run-cli.ts'
import { migrations } from '../domain/schema/migrations.ts'

const SECRET = Buffer.alloc(32, 5).toString('base64url')

describe.each(['sqlite', 'postgresql'] as const)('ostiary audit on %s', (dialect) => {
  const { createUrl, open } = databaseUnderTest(dialect)

  test('lists, exports, proves and verifies; what is changed afterwards is told with exit code 1', async () => {
    const url = await createUrl()
    using folder = new CliFolder({ OSTIARY_DATABASE_URL: url, OSTIARY_SECRET: SECRET })
    const run = async (...args: string[]): Promise<CliResult> => folder.run(['audit', ...args])
    await folder.run(['account', 'create', '--username', 'ada', '--generate-password'])
    const { events } = JSON.parse((await run('list', '--account', 'ada', '--json')).stdout) as {
      events: { public: { id: string; act: string } }[]
    }
    expect(events.map((event) => event.public.act)).toContain('account.created')
    const id = events.find((event) => event.public.act === 'account.created')?.public.id ?? ''
    expect((await run('list', '--act', 'account.created')).stdout).toContain(`${id}  account.created  by cli`)
    expect((await run('list', '--act', 'account.deleted')).stdout).toBe('No event matches.\n')
    expect((await run('list', '--from', 'yesterday')).exitCode).toBe(2)

    const checkpoint = join(folder.path, 'checkpoint')
    writeFileSync(checkpoint, (await run('checkpoint')).stdout)
    const proof = join(folder.path, 'proof.json')
    writeFileSync(proof, (await run('proof', id)).stdout)
    const key = (await run('key')).stdout.trim()
    // Without the database.
    const elsewhere = { OSTIARY_DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nowhere' }
    using auditor = new CliFolder(elsewhere)
    const proved = await auditor.run(['audit', 'verify', '--proof', proof, '--key', key])
    expect([proved.exitCode, proved.stdout]).toEqual([0, expect.stringContaining(`The event ${id} (account.created`)])

    const exported = await run('export', '--account', 'ada')
    const lines = exported.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { public: { id: string }; index: number })
    expect(lines.find((line) => line.public.id === id)?.index).toEqual(expect.any(Number))
    expect(exported.stderr).toBe(`Exported ${lines.length} events.\n`)
    expect((await run('list', '--act', 'audit.exported')).stdout).toContain('{"account":"ada"}')

    const whole = await run('verify', '--checkpoint', checkpoint)
    expect([whole.exitCode, whole.stdout]).toEqual([
      0,
      expect.stringMatching(/^The audit log is whole: \d+ events, .*1 checkpoint\b/),
    ])
    const database = await open({ migrations, url })
    await database.write((tx) =>
      tx.sql
        .withTables<{ audit_event: { id: string; actor: string } }>()
        .updateTable('audit_event')
        .set({ actor: 'account:eve' })
        .where('id', '=', id)
        .execute(),
    )
    const altered = await run('verify', '--json')
    expect(altered.exitCode).toBe(1)
    expect(JSON.parse(altered.stdout)).toMatchObject({
      is_whole: false,
      findings: [
        { kind: 'altered', eventId: id, sentence: expect.stringContaining(`The event ${id} (account.created)`) },
      ],
    })
    const spoilt = await auditor.run([
      'audit',
      'verify',
      '--proof',
      proof,
      '--key',
      key.replace(/.$/, (end) => (end === 'A' ? 'B' : 'A')),
    ])
    expect(spoilt.exitCode).toBe(2)
  })

  test('a checkpoint of another log is no evidence, and is told', async () => {
    using folder = new CliFolder({ OSTIARY_DATABASE_URL: await createUrl(), OSTIARY_SECRET: SECRET })
    using other = new CliFolder({ OSTIARY_DATABASE_URL: await createUrl(), OSTIARY_SECRET: SECRET })
    const foreign = join(folder.path, 'foreign')
    writeFileSync(foreign, (await other.run(['audit', 'checkpoint'])).stdout)
    const { exitCode, stdout } = await folder.run(['audit', 'verify', '--checkpoint', foreign])
    expect([exitCode, stdout]).toEqual([1, expect.stringContaining(`What ${foreign} holds is no checkpoint`)])
    expect((await folder.run(['audit', 'verify', '--checkpoint', `${foreign}.not`])).exitCode).toBe(2)
  })
})
