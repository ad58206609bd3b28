import { afterEach, expect, test } from 'vitest'
import { onSqlite } from '../../testing/database.ts'
import { CliFolder } from '../../testing/run-cli.ts'
import { WebhookReceiver } from '../../testing/webhook-receiver.ts'
import { randomSecret } from '../platform/random/random.ts'

onSqlite('ostiary webhook', ({ createUrl }) => {
  const folders: CliFolder[] = []
  afterEach(() => {
    for (const folder of folders.splice(0)) folder[Symbol.dispose]()
  })

  async function open(settings: Readonly<Record<string, string>> = {}) {
    const secret = { OSTIARY_DATABASE_URL: await createUrl(), OSTIARY_SECRET: randomSecret() }
    const folder = new CliFolder({ ...secret, ...settings })
    folders.push(folder)
    return async (...args: string[]) => {
      const { exitCode, stdout, stderr } = await folder.run(['webhook', ...args, '--json'])
      return { exitCode, ...JSON.parse(exitCode === 0 ? stdout : stderr) }
    }
  }

  test('a webhook is made, changed, tried, looked into, replayed, given a new secret and deleted', async () => {
    const webhook = await open({ OSTIARY_WEBHOOKS_DANGEROUSLY_REACH_PRIVATE_NETWORKS: 'on' })
    await using receiver = await WebhookReceiver.start()
    const created = await webhook('create', '--url', receiver.url, '--event', 'account.*', 'session.ended')
    expect(created).toMatchObject({ exitCode: 0, url: receiver.url, events: ['account.*', 'session.ended'] })
    expect(created.secret).toMatch(/^whsec_/)
    const { id } = created
    const changed = await webhook('update', id, '--event', 'role.*', '--disable', '--description', 'CRM')
    expect(changed).toMatchObject({ events: ['role.*'], description: 'CRM', disabled_because: 'operator' })
    const listed = await webhook('list')
    expect(listed).toMatchObject({ webhooks: [{ id, disabled_because: 'operator' }] })
    expect(JSON.stringify(listed)).not.toContain('whsec_')

    receiver.answer = (response) => response.writeHead(202).end('thanks')
    expect(await webhook('test', id)).toMatchObject({ exitCode: 0, status: 202, answer: 'thanks' })
    expect(receiver.types).toEqual(['webhook.test'])
    receiver.answer = (response) => response.writeHead(500).end()
    expect(await webhook('test', id)).toMatchObject({
      ...{ exitCode: 1, error: { code: 'webhook_failed', message: expect.stringContaining('the answer is 500') } },
    })
    const { deliveries } = await webhook('deliveries', id)
    expect(deliveries).toMatchObject([
      { type: 'webhook.test', state: 'failed', log: [{ status: 500 }] },
      { type: 'webhook.test', state: 'delivered', log: [{ status: 202, answer: 'thanks' }] },
    ])
    const { message_id: messageId } = deliveries[1]
    expect(await webhook('deliveries', id, '--message', messageId)).toMatchObject({
      deliveries: [{ state: 'delivered' }],
    })
    expect(await webhook('deliveries', id, '--state', 'waiting')).toMatchObject({ deliveries: [] })
    expect(await webhook('replay', id, '--message', messageId)).toMatchObject({ replayed: 1 })
    expect(await webhook('replay', id, '--failed-since', '2026-01-01T00:00:00Z')).toMatchObject({ replayed: 1 })
    expect((await webhook('deliveries', id, '--state', 'waiting')).deliveries).toHaveLength(2)

    const rotated = await webhook('rotate-secret', id)
    expect(rotated.secret).not.toBe(created.secret)
    expect(rotated.old_secret_until).toMatch(/Z$/)
    expect(await webhook('rotate-secret', id, '--leaked')).toMatchObject({ old_secret_until: null })
    expect(await webhook('delete', id)).toMatchObject({ deleted: id })
    expect(await webhook('list')).toMatchObject({ webhooks: [] })
  })

  test('what cannot be done is told with a code', async () => {
    const webhook = await open()
    const create = ['create', '--url', 'https://example.com/', '--event']
    for (const [args, code, exitCode] of [
      [['create', '--url', 'http://127.0.0.1:5000/', '--event', '*'], 'invalid_option', 2],
      [[...create, 'account.unheard_of'], 'invalid_option', 2],
      [['update', 'a', '--enable', '--disable'], 'invalid_option', 2],
      [['replay', 'a'], 'invalid_option', 2],
      [['replay', 'a', '--failed-since', 'yesterday'], 'invalid_option', 2],
      [['replay', 'a', '--message', 'b'], 'unknown_webhook', 1],
      ...['test', 'deliveries', 'delete', 'rotate-secret', 'update'].map(
        (command) => [[command, 'a'], 'unknown_webhook', 1] as const,
      ),
    ] as const) {
      expect(await webhook(...args), args.join(' ')).toMatchObject({ exitCode, error: { code } })
    }
  })
})
