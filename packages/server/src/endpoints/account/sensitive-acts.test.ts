import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import { addAccount, addApi, startTestServer, type TestServer } from '../../../testing/test-server.ts'
import { Visitor } from '../../../testing/visitor.ts'
import { issuerUrls } from '../issuer-urls.ts'

const audience = 'https://api.example.com'
const password = 'a long walk along the river'
const id = 'a'.repeat(22)

/**
 * What is posted below the account page, each with a body that its schema takes. Whoever adds an address adds a line here; a line that is missing fails.
 * `old` says why it may be done from a browser that somebody left open.
 */
const acts: Readonly<Record<string, { readonly body: Record<string, string>; readonly old?: string }>> = {
  accountExportPath: { body: {} },
  accountDeletionPath: { body: { username: 'ada' } },
  accountPasskeysPath: { body: { passkey: id, act: 'remove' } },
  accountNewPasskeyPath: { body: { credential: '{}' } },
  accountApiKeysPath: { body: { name: 'x', audience, expires: '30d' } },
  accountEmailPath: { body: { email: 'ada@example.com' } },
  accountEmailVerificationPath: { body: {}, old: 'it asks for a proof of what the account has already' },
  accountEmailCodePath: {
    body: { challenge: 'x', code: 'BCDF-GHJK' },
    old: 'whoever asked for the code had just signed in',
  },
  accountEmailProofPath: { body: { secret: 'x' }, old: 'no session does it: the link of a mail does' },
  accountUsernamePath: { body: { username: 'grace' } },
  accountPasswordPath: { body: { current_password: password, password: 'nine amber lanterns' } },
  accountTotpPath: { body: { enrolment: 'x', code: '123456' } },
  accountTotpRemovalPath: { body: {} },
  accountRecoveryCodesPath: { body: {} },
  accountRememberedDevicesPath: {
    body: { forget: 'all' },
    old: 'it takes something away, which is better done too soon than too late',
  },
  accountApiKeyRevocationPath: {
    body: { key: id },
    old: 'it takes something away, which is better done too soon than too late',
  },
  accountSessionsPath: {
    body: { end: id },
    old: 'it takes something away, which is better done too soon than too late',
  },
  accountConsentsPath: {
    body: { client_id: 'nobody' },
    old: 'it takes something away, which is better done too soon than too late',
  },
  accountProfilePath: {
    body: { name: 'Ada' },
    old: 'nothing of it opens anything, and an e-mail address is not among it',
  },
  accountUpstreamsPath: { body: { connect: 'nowhere' } },
  accountKeepingPath: { body: { decision: 'keep' }, old: 'no session does it: it is a step of a login' },
}

describe('acts on the account page', () => {
  const urls = issuerUrls('https://login.example.com')
  const paths = Object.entries(urls).filter(
    ([name, path]) => name.endsWith('Path') && String(path).startsWith('/account/'),
  )

  forEachDatabase('after an hour', ({ createUrl }) => {
    let server: TestServer
    let person: Visitor

    beforeAll(async () => {
      server = await startTestServer({ databaseUrl: await createUrl(), issuerHost: 'localhost' })
      await addApi(server, { audience })
      await addAccount(server, 'ada', password)
      person = new Visitor(server.issuer)
      await person.submit(await person.get('/login'), { username: 'ada', password })
      server.clock.set(server.clock.now() + 15 * 60_000 + 1)
    })
    afterAll(() => server?.stop())

    it.each(paths)(
      '%s: what outlives a session, or ends an account, needs a login of the last 15 minutes',
      async (name, path) => {
        const { body = {}, old } = acts[name] ?? {}
        const { status, text } = await person.post(String(path), body, { accept: 'application/json' })
        if (acts[name] === undefined)
          return expect([404, 405], `${name} has no line in the table: nothing is posted there`).toContain(status)
        if (old === undefined) expect([status, JSON.parse(text).code]).toEqual([403, 'login_too_old'])
        else expect([200, 204, 400, 404], old).toContain(status)
      },
    )
  })
})
