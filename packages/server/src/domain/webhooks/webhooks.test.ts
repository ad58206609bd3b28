import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import path from 'node:path'
import { Webhook as Oracle, WebhookVerificationError } from 'standardwebhooks'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import { findFreePort, startTestServer, type TestServer } from '../../../testing/test-server.ts'
import { WebhookReceiver } from '../../../testing/webhook-receiver.ts'
import { deleteInSteps } from '../../platform/database/delete-in-steps.ts'
import { createAccount } from '../accounts/create-account.ts'
import { disableAccount } from '../accounts/disable-account.ts'
import { parseEmail } from '../accounts/parse-email.ts'
import { parseUsername } from '../accounts/parse-username.ts'
import { listAuditEvents } from '../audit/list-audit-events.ts'
import { countWaitingDeliveries, purgeMessages } from '../webhook-outbox/deliveries.ts'
import { WEBHOOK_TOPIC } from '../webhook-outbox/leave-webhook-message.ts'
import { stateOf } from '../webhook-outbox/webhook-message.ts'
import { createWebhook, deleteWebhook, MOST_WEBHOOKS, rotateWebhookSecret, updateWebhook } from './change-webhook.ts'
import { findWebhook, listWebhooks } from './find-webhook.ts'
import { findWebhookDelivery, type LoggedDelivery, listWebhookDeliveries } from './list-webhook-deliveries.ts'
import { PAUSES_MS } from './note-attempt.ts'
import { purgeAttempts } from './purge-attempts.ts'
import { replayWebhook } from './replay-webhook.ts'
import { sendMessage } from './send-message.ts'
import { testWebhook } from './test-webhook.ts'

const day = 86_400_000
const dyingWebhooks = path.join(import.meta.dirname, '../../../testing/dying-webhooks.ts')

forEachDatabase('webhooks', ({ createUrl }) => {
  let server: TestServer
  let databaseUrl: string
  beforeAll(async () => {
    databaseUrl = await createUrl()
    const config = { webhooksDangerouslyReachPrivateNetworks: true }
    server = await startTestServer({ databaseUrl, isClockRunning: true, config })
  })
  afterAll(() => server.stop())
  afterEach(async () => {
    const { database } = server.running.installation
    for (const { id } of await listWebhooks(database.read)) await database.write((tx) => deleteWebhook(tx, id, 'cli'))
    // The verifier knows the machine's time alone.
    server.clock.set(Date.now())
  })

  async function addWebhook(url: string, events: readonly string[] = ['account.*']) {
    const { database, sealer } = server.running.installation
    const created = await database.write((tx) => createWebhook(tx, sealer, { url, description: '', events }, 'cli'))
    if (!created.ok) throw new Error(created.reason)
    return { id: created.webhook.id, secret: created.secret }
  }

  let accounts = 0
  async function addAccount(): Promise<string> {
    accounts += 1
    const username = parseUsername(`person${accounts}`)
    const email = parseEmail(`person${accounts}@example.com`)
    if (!username.ok || !email.ok) throw new Error('a name')
    const wanted = { username: username.username, email: email.email, actor: 'cli' } as const
    const created = await server.running.installation.database.write((tx) => createAccount(tx, wanted))
    if (!created.ok) throw new Error(created.reason)
    return created.account.id
  }

  /** Lets time pass, and the worker look. */
  async function pass(milliseconds: number): Promise<void> {
    server.clock.set(server.clock.now() + milliseconds)
    await server.running.installation.database.write((tx) => tx.announce(WEBHOOK_TOPIC))
  }

  async function deliveries(webhookId: string): Promise<readonly LoggedDelivery[]> {
    return listWebhookDeliveries(server.running.installation.database.read, { webhookId, most: 100 })
  }

  async function until<T>(look: () => Promise<T>, isWanted: (seen: T) => boolean): Promise<T> {
    for (;;) {
      const seen = await look()
      if (isWanted(seen)) return seen
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }

  /** The latest message, when it has been tried so often. What an attempt comes to is noted after its answer. */
  async function untilTried(webhookId: string, attempts: number): Promise<LoggedDelivery> {
    await until(
      () => deliveries(webhookId),
      ([latest]) => (latest?.log.length ?? 0) >= attempts,
    )
    // Again, since the state and the log are two reads.
    const found = await deliveries(webhookId)
    return found[0] as LoggedDelivery
  }

  describe('what is sent', () => {
    test('Standard Webhooks: a message is thin, and an independent verifier takes its signature and no other', async () => {
      await using receiver = await WebhookReceiver.start()
      const { id, secret } = await addWebhook(receiver.url)
      const accountId = await addAccount()
      await receiver.untilCame(1)
      const [{ headers, body, payload } = expect.fail()] = receiver.messages
      const oracle = new Oracle(secret)
      expect(oracle.verify(body, headers)).toEqual(payload)
      expect(() => oracle.verify(body.replace('account.created', 'account.deleted'), headers)).toThrow(
        WebhookVerificationError,
      )
      expect(() => oracle.verify(body, { ...headers, 'webhook-id': 'another' })).toThrow(WebhookVerificationError)
      expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
      expect(headers['content-type']).toBe('application/json')
      expect(payload).toEqual({
        type: 'account.created',
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        data: { actor: 'cli', account_id: accountId, roles: [] },
      })
      const { database } = server.running.installation
      const [event] = await listAuditEvents(database.read, { accountId, limit: 1 })
      expect(headers['webhook-id']).toBe(event?.id)
      const delivery = await untilTried(id, 1)
      expect([stateOf(delivery), delivery.log[0]]).toMatchObject(['delivered', { status: 204, failure: undefined }])
    })

    test.each<[string, readonly string[], readonly string[]]>([
      ['a type', ['account.created'], ['account.created']],
      ['a family', ['account.*'], ['account.created', 'account.disabled']],
      [
        'everything, once though two patterns ask for it',
        ['*', 'account.created'],
        ['webhook.created', 'account.created', 'account.disabled'],
      ],
    ])('who asks for %s gets that', async (_, events, types) => {
      await using receiver = await WebhookReceiver.start()
      const { id } = await addWebhook(receiver.url, events)
      const accountId = await addAccount()
      await server.running.installation.database.write((tx) => disableAccount(tx, accountId, 'cli'))
      await receiver.untilCame(types.length)
      expect([...receiver.types].sort()).toEqual([...types].sort())
      expect(await deliveries(id)).toHaveLength(types.length)
    })

    test('an act that is undone leaves no message, and neither does one that nobody asked for', async () => {
      await using receiver = await WebhookReceiver.start()
      const { id } = await addWebhook(receiver.url, ['session.*'])
      const other = await addWebhook(receiver.url, ['account.disabled'])
      const accountId = await addAccount()
      const { database } = server.running.installation
      const undone = database.write(async (tx) => {
        await disableAccount(tx, accountId, 'cli')
        throw new Error('undone')
      })
      await expect(undone).rejects.toThrow('undone')
      expect([await deliveries(id), await deliveries(other.id)]).toEqual([[], []])
      expect(await countWaitingDeliveries(database.read)).toBe(0)
    })

    test('the secret rests sealed; after a rotation both secrets sign for a day, and after a leak the new one alone', async () => {
      await using receiver = await WebhookReceiver.start()
      const { id, secret } = await addWebhook(receiver.url)
      const { database, sealer } = server.running.installation
      const rotate = async (hasLeaked: boolean) => {
        const rotated = await database.write((tx) => rotateWebhookSecret(tx, sealer, { id, hasLeaked, actor: 'cli' }))
        return rotated?.secret ?? ''
      }
      const isTaken = (by: string) => {
        const { body, headers } = receiver.messages.at(-1) ?? expect.fail()
        try {
          return new Oracle(by).verify(body, headers) !== undefined
        } catch {
          return false
        }
      }
      const second = await rotate(false)
      await addAccount()
      await receiver.untilCame(1)
      expect([secret, second].map(isTaken)).toEqual([true, true])
      const third = await rotate(true)
      await addAccount()
      await receiver.untilCame(2)
      expect([secret, second, third].map(isTaken)).toEqual([false, false, true])
      const fourth = await rotate(false)
      await pass(day + 1)
      await addAccount()
      await receiver.untilCame(3)
      expect(receiver.messages.at(-1)?.headers['webhook-signature']?.split(' ')).toHaveLength(1)
      expect(fourth).not.toBe(third)
      expect(JSON.stringify(await findWebhook(database.read, id))).not.toContain(fourth.slice(6))
      const events = await listAuditEvents(database.read, { limit: 1000 })
      expect(events.filter(({ act }) => act === 'webhook.secret_rotated')).toHaveLength(3)
      expect(JSON.stringify(events)).not.toContain('whsec_')
    })
  })

  describe('what fails', () => {
    test('Standard Webhooks: it is tried ten times within about three days; then the webhook is disabled, and told of', async () => {
      await using receiver = await WebhookReceiver.start()
      receiver.answer = (response) => response.writeHead(500).end('no\u0007pe \u202e'.repeat(500))
      const { id } = await addWebhook(receiver.url)
      await addAccount()
      for (const [index, pause] of PAUSES_MS.entries()) {
        const { log, nextAttemptAt, message } = await untilTried(id, index + 1)
        const last = log.at(-1) ?? expect.fail()
        expect(last).toMatchObject({ status: 500, failure: 'the answer is 500', messageId: message.id })
        expect(last.answer).toMatch(/^no pe {2}no pe/)
        expect(last.answer.length).toBeLessThanOrEqual(300)
        const waited = (nextAttemptAt ?? 0) - last.at
        expect(waited).toBeGreaterThanOrEqual(pause)
        expect(waited).toBeLessThan(pause * 1.1 + 5_000)
        await pass(Math.ceil(pause * 1.1) + 1)
      }
      const given = await untilTried(id, PAUSES_MS.length + 1)
      expect(stateOf(given)).toBe('failed')
      expect(new Set(receiver.messages.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
      expect(PAUSES_MS.reduce((sum, pause) => sum + pause, 0)).toBeGreaterThan(3 * day)
      const { database } = server.running.installation
      const webhook = await findWebhook(database.read, id)
      expect(webhook?.disabled?.because).toBe('failing')
      const [event] = await listAuditEvents(database.read, { act: 'webhook.disabled', limit: 1 })
      expect(event).toMatchObject({ actor: 'system', detail: { webhook: id, because: 'failing' } })
      expect(server.logText()).toContain('a webhook is disabled')
      const metrics = await (await fetch(`${server.issuer}/metrics`)).text()
      expect(metrics).toContain('ostiary_webhooks_disabled 1')
      expect(metrics).toMatch(/ostiary_webhook_attempts_total\{outcome="given_up"\} [1-9]/)
    })

    test('what happens while a webhook is disabled waits, and comes when it is enabled', async () => {
      await using receiver = await WebhookReceiver.start()
      const { id } = await addWebhook(receiver.url)
      const { database } = server.running.installation
      const change = { url: receiver.url, description: '', events: ['account.*'] }
      await database.write((tx) => updateWebhook(tx, id, { ...change, isEnabled: false }, 'cli'))
      await addAccount()
      await pass(5_000)
      expect([receiver.messages.length, (await deliveries(id)).length]).toEqual([0, 1])
      await database.write((tx) => updateWebhook(tx, id, { ...change, isEnabled: true }, 'cli'))
      await receiver.untilCame(1)
    })

    test('RFC 9110 §15.5.11: 410 disables it at once', async () => {
      await using receiver = await WebhookReceiver.start()
      receiver.answer = (response) => response.writeHead(410).end()
      const { id } = await addWebhook(receiver.url)
      await addAccount()
      expect(stateOf(await untilTried(id, 1))).toBe('failed')
      const { database } = server.running.installation
      expect((await findWebhook(database.read, id))?.disabled?.because).toBe('gone')
      await addAccount()
      await pass(3_600_000)
      expect(receiver.messages).toHaveLength(1)
    })

    test('where something came through meanwhile, a message is given up and the webhook stays', async () => {
      await using receiver = await WebhookReceiver.start()
      receiver.answer = (response) => response.writeHead(500).end()
      const { id } = await addWebhook(receiver.url)
      const { installation } = server.running
      await addAccount()
      const { message } = await untilTried(id, 1)
      const logOf = () => findWebhookDelivery(installation.database.read, id, message.id)
      const failingSince = async () => (await findWebhook(installation.database.read, id))?.failingSince
      for (const [index, pause] of PAUSES_MS.entries()) {
        await until(logOf, (delivery) => delivery?.log.length === index + 1)
        if (index === 0) {
          expect(await failingSince()).toBeGreaterThan(0)
          receiver.answer = (response) => response.writeHead(200).end()
          await testWebhook({ ...installation, reachesPrivateNetworks: true }, id, 'cli')
          expect(await failingSince()).toBeUndefined()
          receiver.answer = (response) => response.writeHead(500).end()
        }
        await pass(Math.ceil(pause * 1.1) + 1)
      }
      await until(logOf, (delivery) => delivery?.log.length === PAUSES_MS.length + 1)
      // Again, since the state and the log are two reads.
      expect(stateOf((await logOf()) ?? expect.fail())).toBe('failed')
      expect((await findWebhook(installation.database.read, id))?.disabled).toBeUndefined()
    })

    test('a receiver that could not be reached gets the message when it is back, by the same id', async () => {
      const gone = await WebhookReceiver.start()
      const { id } = await addWebhook(gone.url)
      gone.answer = (_, request) => request.socket.destroy()
      await addAccount()
      const { log, message } = await untilTried(id, 1)
      expect(log[0]).toMatchObject({ status: undefined, failure: expect.stringContaining('socket hang up') })
      await gone[Symbol.asyncDispose]()
      await using back = await WebhookReceiver.start(gone.port)
      await pass(6_000)
      await back.untilCame(1)
      expect(back.messages[0]?.headers['webhook-id']).toBe(message.id)
    })

    test('RFC 9110 §10.2.3: Retry-After puts the next attempt off', async () => {
      await using receiver = await WebhookReceiver.start()
      receiver.answer = (response) => response.writeHead(429, { 'retry-after': '7200' }).end()
      const { id } = await addWebhook(receiver.url)
      await addAccount()
      const { nextAttemptAt = 0, log } = await untilTried(id, 1)
      expect(nextAttemptAt - (log[0]?.at ?? 0)).toBeGreaterThanOrEqual(7_200_000)
    })

    test('a redirect is not followed', async () => {
      await using inside = await WebhookReceiver.start()
      await using receiver = await WebhookReceiver.start()
      receiver.answer = (response) => response.writeHead(307, { location: inside.url }).end()
      const { id } = await addWebhook(receiver.url)
      await addAccount()
      expect((await untilTried(id, 1)).log[0]).toMatchObject({
        status: 307,
        failure: 'the answer is 307: redirects are not followed',
      })
      expect(inside.messages).toEqual([])
    })
  })

  describe('receivers that take their time', () => {
    async function attempt(receiver: WebhookReceiver, limitMilliseconds: number) {
      const { id } = await addWebhook(receiver.url, ['webhook.deleted'])
      const sender = { ...server.running.installation, reachesPrivateNetworks: true, limitMilliseconds }
      return testWebhook(sender, id, 'cli')
    }

    test.each<[string, (request: IncomingMessage) => void]>([
      ['never answers', () => undefined],
      [
        'answers byte by byte',
        ({ socket }) => {
          const text = `HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(500)}`
          let at = 0
          const drip = setInterval(() => socket.write(text[at++] ?? 'x'), 5)
          socket.on('close', () => clearInterval(drip))
        },
      ],
    ])('one that %s is left when its time is over', async (_, answer) => {
      await using receiver = await WebhookReceiver.start()
      receiver.answer = (_, request) => answer(request)
      const begun = performance.now()
      expect(await attempt(receiver, 300)).toMatchObject({ status: undefined, failure: 'no answer in time' })
      expect(performance.now() - begun).toBeLessThan(2_000)
    })

    test('one whose body never ends has answered: its status counts, and the first bytes are logged', async () => {
      await using receiver = await WebhookReceiver.start()
      receiver.answer = (response) => {
        response.writeHead(200)
        response.write('thank you')
        const drip = setInterval(() => response.write('.'), 50)
        response.on('close', () => clearInterval(drip))
      }
      const sent = await attempt(receiver, 15_000)
      expect(sent).toMatchObject({ status: 200, failure: undefined, answer: expect.stringMatching(/^thank you\.+$/) })
      expect(sent?.milliseconds).toBeLessThan(5_000)
    })

    test('one that hangs holds up nobody else, and has no more than its share', async () => {
      await using slow = await WebhookReceiver.start()
      await using quick = await WebhookReceiver.start()
      slow.answer = () => undefined
      await addWebhook(slow.url)
      await addWebhook(quick.url)
      const begun = performance.now()
      for (let count = 0; count < 20; count += 1) await addAccount()
      await quick.untilCame(20)
      // Far less than one attempt at the slow one may take.
      expect(performance.now() - begun).toBeLessThan(14_000)
      expect(slow.messages.length).toBeLessThanOrEqual(8)
    })
  })

  describe('addresses', () => {
    test.each(['https://localhost', 'https://127.0.0.1', 'https://[::1]', 'http://169.254.169.254'])(
      'RFC 6890: unless the installation allows it, nothing is sent to %s',
      async (origin) => {
        await using inside = await WebhookReceiver.start()
        const { database, clock, sealer } = server.running.installation
        const { id } = await addWebhook(`${origin}:${inside.port}/events`, ['webhook.deleted'])
        const sent = await testWebhook({ database, clock, sealer, reachesPrivateNetworks: false }, id, 'cli')
        expect(sent?.failure).toContain('special-use address')
        expect(inside.messages).toEqual([])
      },
    )
  })

  describe('replay', () => {
    test('one message is sent again, though it was delivered, with its id and a new signature', async () => {
      await using receiver = await WebhookReceiver.start()
      const { id, secret } = await addWebhook(receiver.url)
      await addAccount()
      const { message } = await untilTried(id, 1)
      const { database } = server.running.installation
      expect(await replayWebhook(database, id, { messageId: message.id }, 'cli')).toEqual({ ok: true, count: 1 })
      const again = await untilTried(id, 2)
      expect(stateOf(again)).toBe('delivered')
      const [first, second] = receiver.messages
      expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id'])
      expect(new Oracle(secret).verify(second?.body ?? '', second?.headers ?? {})).toEqual(first?.payload)
      const unknown = await replayWebhook(database, id, { messageId: 'unknown' }, 'cli')
      expect(unknown).toEqual({ ok: false, reason: 'unknown_delivery' })
    })

    test('all that were given up since a moment are sent again, and nothing else', async () => {
      await using receiver = await WebhookReceiver.start()
      const { id } = await addWebhook(receiver.url, ['account.created'])
      const { database } = server.running.installation
      const change = { url: receiver.url, description: '', events: ['account.created'], isEnabled: true }
      receiver.answer = (response) => response.writeHead(410).end()
      for (const _ of [1, 2]) {
        await addAccount()
        expect(stateOf(await untilTried(id, 1))).toBe('failed')
        await database.write((tx) => updateWebhook(tx, id, change, 'cli'))
        await pass(60_000)
      }
      receiver.answer = (response) => response.writeHead(204).end()
      await addAccount()
      await untilTried(id, 1)
      const all = await deliveries(id)
      expect(all.map(stateOf)).toEqual(['delivered', 'failed', 'failed'])
      const failedSince = all[1]?.message.at ?? 0
      expect(await replayWebhook(database, id, { failedSince }, 'cli')).toEqual({ ok: true, count: 1 })
      await until(
        () => deliveries(id),
        ([, second]) => second?.log.length === 2,
      )
      const after = await deliveries(id)
      expect(after.map(stateOf)).toEqual(['delivered', 'delivered', 'failed'])
      const [event] = await listAuditEvents(database.read, { act: 'webhook.replayed', limit: 1 })
      expect(event?.detail).toEqual({ webhook: id, since: new Date(failedSince).toISOString() })
    })
  })

  test('two instances on one outbox send each message once', async () => {
    const { secrets } = server.config
    const config = { secrets, webhooksDangerouslyReachPrivateNetworks: true }
    const second = await startTestServer({ databaseUrl, isClockRunning: true, config })
    await using receiver = await WebhookReceiver.start()
    const { id } = await addWebhook(receiver.url)
    for (let count = 0; count < 30; count += 1) await addAccount()
    await until(
      () => deliveries(id),
      (all) => all.length === 30 && all.every((delivery) => stateOf(delivery) === 'delivered'),
    )
    await second.stop()
    expect(new Set(receiver.messages.map(({ headers }) => headers['webhook-id'])).size).toBe(30)
    expect(receiver.messages).toHaveLength(30)
  })

  test('kill -9 between the commit and the sending: the next instance tells, once', async () => {
    await using receiver = await WebhookReceiver.start()
    const { id } = await addWebhook(receiver.url, ['account.created'])
    const stopped = server.config
    await server.stop()
    const config = { ...stopped, port: await findFreePort() }
    const child = spawn(process.execPath, [dyingWebhooks, JSON.stringify(config)])
    child.stderr.pipe(process.stderr)
    const gone = once(child, 'exit')
    await once(child.stdout, 'data')
    child.stdin.end()
    expect(await gone).toEqual([null, 'SIGKILL'])
    expect(receiver.messages).toEqual([])
    const { secrets } = stopped
    server = await startTestServer({
      ...{ databaseUrl, isClockRunning: true },
      config: { secrets, webhooksDangerouslyReachPrivateNetworks: true },
    })
    await receiver.untilCame(1)
    expect(stateOf(await untilTried(id, 1))).toBe('delivered')
    expect(receiver.types).toEqual(['account.created'])
  })

  test('there are 50 at most, and a deleted one gets nothing', async () => {
    await using receiver = await WebhookReceiver.start()
    const { id } = await addWebhook(receiver.url)
    const { database, sealer } = server.running.installation
    const others = 'https://example.com/ostiary'
    for (let count = 1; count < MOST_WEBHOOKS; count += 1) await addWebhook(others, ['webhook.test'])
    const description = { url: others, description: '', events: ['*'] }
    const beyond = await database.write((tx) => createWebhook(tx, sealer, description, 'cli'))
    expect(beyond).toEqual({ ok: false, reason: 'too_many_webhooks' })
    expect(await database.write((tx) => deleteWebhook(tx, id, 'cli'))).toBe(true)
    await addAccount()
    expect(await deliveries(id)).toEqual([])
    expect(receiver.messages).toEqual([])
  })

  test('messages and the log are gone after 30 days', async () => {
    await using receiver = await WebhookReceiver.start()
    const { id } = await addWebhook(receiver.url)
    await addAccount()
    await untilTried(id, 1)
    const { database } = server.running.installation
    const purge = async () => {
      for (const step of [purgeMessages, purgeAttempts]) await deleteInSteps(database, step)
    }
    await purge()
    expect((await deliveries(id))[0]?.log).toHaveLength(1)
    await pass(30 * day + 60_000)
    await purge()
    expect(await deliveries(id)).toEqual([])
  })

  test('a message whose secret cannot be opened is not sent', async () => {
    await using receiver = await WebhookReceiver.start()
    const { id } = await addWebhook(receiver.url, ['webhook.deleted'])
    const { installation } = server.running
    const webhook = (await findWebhook(installation.database.read, id)) ?? expect.fail()
    const message = { id: 'a', type: 'webhook.test', at: 0, data: {} } as const
    const delivery = { webhookId: id, message, attempts: 1, nextAttemptAt: undefined, deliveredAt: undefined }
    const moved = { ...webhook, id: 'another' }
    await expect(sendMessage({ ...installation, reachesPrivateNetworks: true }, moved, delivery)).rejects.toThrow()
    expect(receiver.messages).toEqual([])
  })
})
