import { request } from 'node:http'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { launchBrowser } from '../../../testing/browser.ts'
import { waitForCode } from '../../../testing/mailbox.ts'
import { mailsOfEveryKind } from '../../../testing/sample-mails.ts'
import { startTestServer, type TestServer, type TestServerOptions } from '../../../testing/test-server.ts'
import { leaveMail } from '../../domain/mails/leave-mail.ts'
import type { Mail } from '../../domain/mails/mail.ts'

const servers: TestServer[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop()
})

async function start(options: TestServerOptions = { showsOutbox: true }): Promise<TestServer> {
  const server = await startTestServer(options)
  servers.push(server)
  return server
}

async function leave({ running }: TestServer, recipient: string, mail: Mail): Promise<void> {
  const { database, sealer } = running.installation
  await database.write((tx) => leaveMail(tx, sealer, { recipient, language: 'en', mail }))
}

function codeFor(server: TestServer): Mail {
  const url = `${server.issuer}/login?secret=x`
  return { kind: 'code', purpose: 'log_in', code: 'BCDF-GHJK', url, lifetimeMinutes: 10 }
}

/** The status, as somebody is answered who asks for another host. */
function statusFor(server: TestServer, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const url = `${server.issuer}/dev/outbox`
    request(url, { headers: { host } }, (response) => resolve(response.resume().statusCode))
      .on('error', reject)
      .end()
  })
}

describe('the outbox', () => {
  test('is empty at first, and says what belongs there', async () => {
    const server = await start()
    const answer = await fetch(`${server.issuer}/dev/outbox`)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(await answer.text()).toContain('No mail yet.')
  })

  test('shows each mail, the newest first, and not those that are withheld', async () => {
    const server = await start()
    await leave(server, 'ada@example.com', codeFor(server))
    server.clock.set(server.clock.now() + 1000)
    await leave(server, "<b>o'hara</b>@example.com", mailsOfEveryKind.notice_new_device ?? codeFor(server))
    const { database, sealer } = server.running.installation
    const withheld = {
      recipient: 'nobody@example.com',
      language: 'en',
      mail: codeFor(server),
      isWithheld: true,
    } as const
    await database.write((tx) => leaveMail(tx, sealer, withheld))
    const page = await (await fetch(`${server.issuer}/dev/outbox`)).text()
    expect(page).toContain('&lt;b&gt;o&#39;hara&lt;/b&gt;@example.com')
    expect(page.indexOf('New sign-in')).toBeLessThan(page.indexOf('Sign in to Ostiary'))
    expect(page).not.toContain('nobody@example.com')
    const ids = [...page.matchAll(/href="\/dev\/outbox\/([^"]+)"/g)].map(([, id]) => id)
    expect(ids).toHaveLength(2)
    const mail = await (await fetch(`${server.issuer}/dev/outbox/${ids[1]}`)).text()
    expect(mail).toContain('BCDF-GHJK')
    expect(mail).toContain('no-reply@example.com')
    expect((await fetch(`${server.issuer}/dev/outbox/unknown`)).status).toBe(404)
  })

  test('is not there where mails are sent, nor in a server that was not started for development', async () => {
    const serving = await start({})
    expect((await fetch(`${serving.issuer}/dev/outbox`)).status).toBe(404)
    const sending = await start({ showsOutbox: true, config: { smtpUrl: 'smtp://127.0.0.1:9' } })
    expect((await fetch(`${sending.issuer}/dev/outbox`)).status).toBe(404)
  })

  test('answers the issuer’s own name only: no other site gets at it by a name that points here', async () => {
    const server = await start()
    const { host, port } = new URL(server.issuer)
    expect(await statusFor(server, host)).toBe(200)
    for (const other of [`eve.example:${port}`, `localhost:${port}`, '127.0.0.1'])
      expect(await statusFor(server, other)).toBeGreaterThanOrEqual(400)
  })

  test('is not there at an issuer that others reach', async () => {
    const server = await start({ showsOutbox: true, config: { issuer: 'https://login.example.com' } })
    const port = server.config.port
    expect((await fetch(`http://127.0.0.1:${port}/dev/outbox`)).status).toBe(404)
  })

  test('answers nobody who comes through a proxy from elsewhere', async () => {
    const server = await start({ showsOutbox: true, config: { trustedProxies: ['127.0.0.1'] } })
    const headers = { 'x-forwarded-for': '203.0.113.7' }
    expect((await fetch(`${server.issuer}/dev/outbox`, { headers })).status).toBe(404)
    expect((await fetch(`${server.issuer}/dev/outbox`)).status).toBe(200)
  })
})

describe('in a browser', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(async () => browser?.close())

  test('the HTML of a mail stands in a frame that runs nothing, and its links work', async () => {
    const server = await start()
    await leave(server, 'ada@example.com', codeFor(server))
    const context = await browser.newContext()
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('console', (message) => complaints.push(message.text()))
    await page.goto(`${server.issuer}/dev/outbox`)
    await page.getByRole('link', { name: 'Sign in to Ostiary' }).click()
    const frame = page.frameLocator('iframe')
    await frame.getByText('BCDF-GHJK').waitFor()
    const opened = context.waitForEvent('page')
    await frame.getByRole('link', { name: 'Continue signing in' }).click()
    const login = await opened
    await login.waitForLoadState()
    expect(login.url()).toBe(`${server.issuer}/login?secret=x`)
    expect(await login.getByLabel('User name').count()).toBe(1)
    expect((await waitForCode(server, 'ada@example.com')).url).toBe(login.url())
    expect(complaints).toEqual([])
    await context.close()
  })
})
