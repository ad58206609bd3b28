import { Webhook as Oracle } from 'standardwebhooks'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AdminScene } from '../../../../testing/admin-scene.ts'
import { WebhookReceiver } from '../../../../testing/webhook-receiver.ts'
import { listAuditEvents } from '../../../domain/audit/list-audit-events.ts'
import { createWebhook } from '../../../domain/webhooks/change-webhook.ts'

let scene: AdminScene
let token: string
let administrator: string
beforeAll(async () => {
  scene = await AdminScene.start({
    isClockRunning: true,
    config: { logLevel: 'warn', webhooksDangerouslyReachPrivateNetworks: true },
  })
  const account = await scene.addPermitted('operator', ['webhooks:read', 'webhooks:write'])
  administrator = account.id
  token = (await scene.signIn(account.id)).token
})
afterAll(() => scene.server.stop())

const call = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  scene.call(method, path, { token, body, headers })

test('a webhook is made, read, changed with what was read, given a new secret and deleted; its secret is shown once', async () => {
  await using receiver = await WebhookReceiver.start()
  const wanted = { url: receiver.url, events: ['account.*', 'account.*'], description: 'CRM' }
  const key = { 'idempotency-key': 'make-it-once' }
  const made = await call('POST', '/webhooks', wanted, key)
  const { id, secret } = made.body
  expect([made.status, made.headers.get('location')]).toEqual([201, `/admin/api/v1/webhooks/${id}`])
  expect(made.body).toMatchObject({ url: receiver.url, events: ['account.*'], enabled: true, description: 'CRM' })
  expect(secret).toMatch(/^whsec_/)
  const again = await call('POST', '/webhooks', wanted, key)
  expect([again.status, again.body]).toEqual([201, { ...made.body, secret: null }])

  const read = await call('GET', `/webhooks/${id}`)
  const { secret: _, ...withoutSecret } = made.body
  expect(read.body).toEqual(withoutSecret)
  expect((await call('GET', '/webhooks?limit=1')).body).toEqual({ items: [withoutSecret], next_cursor: null })
  const etag = read.headers.get('etag') ?? ''
  expect([made, again].map(({ headers }) => headers.get('etag'))).toEqual([etag, etag])
  const change = { events: ['role.*'], enabled: false }
  expect((await call('PATCH', `/webhooks/${id}`, change)).status).toBe(428)
  const changed = await call('PATCH', `/webhooks/${id}`, change, { 'if-match': etag })
  expect([changed.status, changed.body]).toMatchObject([200, { events: ['role.*'], disabled_because: 'operator' }])
  expect((await call('PATCH', `/webhooks/${id}`, change, { 'if-match': etag })).status).toBe(412)

  const rotated = await call('POST', `/webhooks/${id}/secret`, {})
  expect(rotated.body.secret).not.toBe(secret)
  expect(rotated.body.old_secret_until).toMatch(/Z$/)
  expect((await call('POST', `/webhooks/${id}/secret`, { leaked: true })).body.old_secret_until).toBeNull()
  expect((await call('DELETE', `/webhooks/${id}`, undefined, { 'if-match': etag })).status).toBe(412)
  expect((await call('DELETE', `/webhooks/${id}`)).status).toBe(204)
  expect((await call('GET', `/webhooks/${id}`)).status).toBe(404)
  const events = await listAuditEvents(scene.database.read, { limit: 50 })
  const acts = events.filter(({ detail }) => detail.webhook === id).map(({ act, actor }) => `${actor} ${act}`)
  expect(new Set(acts)).toEqual(
    new Set(
      ['created', 'updated', 'disabled', 'secret_rotated', 'deleted'].map(
        (act) => `admin:${administrator} webhook.${act}`,
      ),
    ),
  )
})

test('one whose address is not allowed any more can be disabled, and not described anew', async () => {
  const strict = await AdminScene.start()
  try {
    const { database, sealer } = strict.server.running.installation
    const within = { url: 'http://127.0.0.1:1/', description: '', events: ['role.*'] }
    const made = await database.write((tx) => createWebhook(tx, sealer, within, 'cli'))
    if (!made.ok) throw new Error(made.reason)
    const change = async (body: object) =>
      strict.call('PATCH', `/webhooks/${made.webhook.id}`, {
        ...{ token: await strict.signInAdmin(`root${Math.random()}`), body, headers: { 'if-match': '*' } },
      })
    expect((await change({ description: 'CRM' })).status).toBe(400)
    const { status, body } = await change({ enabled: false })
    expect([status, body.enabled, body.disabled_because]).toEqual([200, false, 'operator'])
  } finally {
    await strict.server.stop()
  }
})

test('it is tried, its deliveries are read page by page, and what failed is sent again', async () => {
  await using receiver = await WebhookReceiver.start()
  const { id, secret } = (await call('POST', '/webhooks', { url: receiver.url, events: ['role.*'] })).body
  receiver.answer = (response) => response.writeHead(503).end('not now')
  const failed = await call('POST', `/webhooks/${id}/test`)
  expect([failed.status, failed.body]).toMatchObject([
    200,
    { status: 503, answer: 'not now', failure: 'the answer is 503' },
  ])
  receiver.answer = (response) => response.writeHead(200).end()
  expect((await call('POST', `/webhooks/${id}/test`)).body).toMatchObject({ status: 200, failure: null })
  const { body, headers } = receiver.messages.at(-1) ?? expect.fail()
  expect(new Oracle(secret).verify(body, headers)).toMatchObject({
    type: 'webhook.test',
    data: { actor: `admin:${administrator}`, webhook_id: id },
  })

  const [tested] = await listAuditEvents(scene.database.read, { act: 'webhook.tested', limit: 1 })
  expect(tested).toMatchObject({ actor: `admin:${administrator}`, detail: { webhook: id } })

  const first = await call('GET', `/webhooks/${id}/deliveries?limit=1`)
  expect(first.body.items).toMatchObject([{ type: 'webhook.test', state: 'delivered', log: [{ status: 200 }] }])
  const second = await call('GET', `/webhooks/${id}/deliveries?limit=1&cursor=${first.body.next_cursor}`)
  expect(second.body).toMatchObject({ items: [{ state: 'failed' }], next_cursor: null })
  const [{ message_id: messageId }] = second.body.items
  expect((await call('GET', `/webhooks/${id}/deliveries?state=failed`)).body.items).toEqual(second.body.items)
  expect((await call('GET', `/webhooks/${id}/deliveries?state=lost`)).status).toBe(400)

  const since = { failed_since: '2026-01-01T00:00:00Z' }
  expect(await call('POST', `/webhooks/${id}/replay`, since)).toMatchObject({ status: 202, body: { replayed: 1 } })
  await receiver.untilCame(3)
  expect(receiver.messages.at(-1)?.headers['webhook-id']).toBe(messageId)
  const one = `/webhooks/${id}/deliveries/${messageId}`
  expect(await call('POST', `${one}/replay`)).toMatchObject({ status: 202, body: { replayed: 1 } })
  await receiver.untilCame(4)
  expect((await call('GET', one)).body.log.length).toBeGreaterThanOrEqual(2)
  await call('DELETE', `/webhooks/${id}`)
})

test.each<[string, string, string, unknown, number]>([
  ['an http URL of the internet', 'POST', '/webhooks', { url: 'http://example.com/', events: ['*'] }, 400],
  ['no events', 'POST', '/webhooks', { url: 'https://example.com/', events: [] }, 400],
  ['an event that is none', 'POST', '/webhooks', { url: 'https://example.com/', events: ['a.b'] }, 400],
  ['an unknown member', 'POST', '/webhooks', { url: 'https://example.com/', events: ['*'], secret: 'x' }, 400],
  ['a control character', 'POST', '/webhooks', { url: 'https://example.com/\u0000', events: ['*'] }, 400],
  ['no time', 'POST', '/webhooks/nothing/replay', { failed_since: 'yesterday' }, 400],
  ['no webhook to test', 'POST', '/webhooks/nothing/test', undefined, 404],
  ['no webhook to replay', 'POST', '/webhooks/nothing/replay', { failed_since: '2026-01-01T00:00:00Z' }, 404],
  ['no deliveries', 'GET', '/webhooks/nothing/deliveries', undefined, 404],
  ['no delivery', 'GET', '/webhooks/nothing/deliveries/nothing', undefined, 404],
  ['a cursor that is none', 'GET', '/webhooks?cursor=nothing', undefined, 400],
])('%s is refused', async (_, method, path, body, status) => {
  expect((await call(method, path, body)).status).toBe(status)
})

test('what there is to be told of is listed', async () => {
  const { items } = (await call('GET', '/webhook-event-types')).body
  expect(items).toContainEqual({
    type: 'account.role_added',
    meaning: 'an account has a role more',
    data: ['account_id', 'role'],
  })
})
