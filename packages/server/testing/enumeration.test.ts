import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createAccount } from '../src/domain/accounts/create-account.ts'
import { disableAccount } from '../src/domain/accounts/disable-account.ts'
import { parseEmail } from '../src/domain/accounts/parse-email.ts'
import { parseUsername } from '../src/domain/accounts/parse-username.ts'
import { addClient, challengeOf } from './authorization-scene.ts'
import { type CountedWork, countWork, type Work } from './count-work.ts'
import { forEachDatabase } from './database.ts'
import { addDeviceClient } from './device-scene.ts'
import { addAuthenticator } from './factor-scene.ts'
import { addAccount, addApi, startTestServer, type TestServer } from './test-server.ts'

const password = 'seven purple umbrellas'
const audience = 'https://api.example.com'
const redirectUri = 'https://app.example.com/callback'
const DAY_MS = 86_400_000

/** Whom a stranger may ask for, by names that stand nowhere else on a page. */
const people = {
  'an account': ['lovelace', 'LOVELACE', 'lovelace@example.com'],
  'an account with a second factor': ['hopper@example.com'],
  'a disabled account': ['torvalds@example.com'],
  'an account without a password': ['lamarr@example.com'],
  nobody: ['noether', 'noether@example.com', 'n\u00f6ther'],
}
const everybody = Object.values(people).flat()
const addresses = everybody.filter((name) => name.includes('@'))

type Fields = Readonly<Record<string, string>>
/** As a program sends it, or a page. */
type Send = (path: string, fields: Fields, isPage?: boolean) => Promise<Answer>

/** What there is besides people. */
interface Known {
  readonly accountId: string
  readonly clientId: string
  readonly deviceClientId: string
}

/** A place where a stranger names somebody, or what is somebody's. One entry here, and it is asked for all of them by a program and at its page. */
interface Door {
  readonly path: string
  /** Where the path alone doesn't say it. */
  readonly what?: string
  readonly fields: (name: string, known: Known, send: Send) => Fields | Promise<Fields>
  /** Default: everybody, by user name and by address. */
  readonly names?: (known: Known) => readonly string[]
  /** The status for a program, and for a browser; undefined where it is no door for one of them. */
  readonly statuses: readonly [program: number | undefined, page: number | undefined]
}

const doors: readonly Door[] = [
  { path: '/login', statuses: [401, 401], fields: (username) => ({ username, password: 'wrong password given' }) },
  {
    ...{ path: '/login', what: 'with the right password of a disabled account', statuses: [401, 401] },
    names: () => [...people['a disabled account'], ...people.nobody],
    fields: (username) => ({ username, password }),
  },
  {
    ...{ path: '/login', what: 'with a code beside a wrong password', statuses: [401, 401] },
    fields: (username) => ({ username, password: 'wrong password given', otp: '123456' }),
  },
  { path: '/recover', statuses: [202, 303], fields: (login) => ({ login }) },
  {
    ...{ path: '/recover/code', what: 'with a wrong code', statuses: [400, 400] },
    fields: async (login, _, send) => ({ challenge: challengeIn(await send('/recover', { login })), code: '00000000' }),
  },
  {
    ...{ path: '/recover/password', what: 'with a link that nobody was sent', statuses: [400, 400] },
    fields: (name) => ({ secret: `${name}.x`, password }),
  },
  { path: '/login/email', statuses: [202, 303], fields: (login) => ({ login }) },
  {
    ...{ path: '/login/email/code', what: 'with a wrong code', statuses: [400, 400] },
    fields: async (login, _, send) => ({
      challenge: challengeIn(await send('/login/email', { login })),
      code: '00000000',
    }),
  },
  { ...{ path: '/sign-up', statuses: [202, 303], names: () => addresses }, fields: (email) => ({ email }) },
  {
    ...{ path: '/sign-up/code', what: 'with a wrong code', statuses: [400, 400], names: () => addresses },
    fields: async (email, _, send) => ({ challenge: challengeIn(await send('/sign-up', { email })), code: '00000000' }),
  },
  {
    ...{ path: '/authorize', what: 'with a login_hint', statuses: [undefined, 303] },
    fields: (login_hint, known) => ({ ...authorizationRequest(known), login_hint }),
  },
  {
    ...{ path: '/authorize', what: 'with a login_hint and prompt=none', statuses: [undefined, 303] },
    fields: (login_hint, known) => ({ ...authorizationRequest(known), login_hint, prompt: 'none' }),
  },
  {
    ...{ path: '/authorize/consent', what: 'of a request in another browser', statuses: [undefined, 303] },
    names: ({ accountId }) => [accountId, `acc_${'x'.repeat(22)}`, 'nobody'],
    fields: async (account, known, send) => ({ request: await beginRequest(known, send), account, decision: 'allow' }),
  },
  {
    ...{ path: '/device', what: 'of whoever is not signed in', statuses: [undefined, 303] },
    names: () => ['a code that waits', 'BCDF-GHJK', 'nocode'],
    fields: async (name, known, send) => ({
      user_code: name === 'a code that waits' ? await beginDevice(known, send) : name,
    }),
  },
]

interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: string
}

forEachDatabase('who may be known from outside', ({ createUrl }) => {
  let server: TestServer
  let counted: CountedWork
  let known: Known

  beforeAll(async () => {
    server = await startTestServer({ databaseUrl: await createUrl(), config: { signUp: 'open', emailLogin: true } })
    await addApi(server, { audience })
    const accountId = await addAccount(server, 'lovelace', password, 'lovelace@example.com')
    const hopperId = await addAccount(server, 'hopper', password, 'hopper@example.com')
    await addAuthenticator(server, hopperId)
    const disabledId = await addAccount(server, 'torvalds', password, 'torvalds@example.com')
    const { database } = server.running.installation
    await database.write((tx) => disableAccount(tx, disabledId, 'cli'))
    await addAccountWithoutPassword(server, 'lamarr', 'lamarr@example.com')
    const { id: clientId } = await addClient(server, { redirectUris: [redirectUri] })
    const { clientId: deviceClientId } = await addDeviceClient(server)
    known = { accountId, clientId, deviceClientId }
    counted = countWork(server.running.installation)
  })
  afterAll(async () => {
    counted?.[Symbol.dispose]()
    await server?.stop()
  })

  async function send(path: string, fields: Fields, isPage = false): Promise<Answer> {
    const ofBrowser = { accept: 'text/html', origin: server.issuer, 'sec-fetch-site': 'same-origin' }
    const answer = await fetch(`${server.issuer}${path}`, {
      method: 'POST',
      redirect: 'manual',
      headers: isPage ? ofBrowser : { 'content-type': 'application/json' },
      body: isPage ? new URLSearchParams(fields) : JSON.stringify(fields),
    })
    return { status: answer.status, headers: answer.headers, body: await answer.text() }
  }

  /** All that a stranger sees of an answer, and could measure of it. */
  async function see({ path, fields }: Door, name: string, isPage: boolean): Promise<Seen> {
    // Nothing that others have asked for throttles it.
    server.clock.set(server.clock.now() + DAY_MS)
    const sent = await fields(name, known, send)
    counted.take()
    const { status, headers, body } = await send(path, sent, isPage)
    const steady = [...headers].filter(([header]) => !unsteady.has(header))
    return {
      status,
      headers: withoutTyped(JSON.stringify(steady), sent),
      body: withoutTyped(body, sent),
      work: counted.take(),
    }
  }

  describe.each(doors.map((door) => ({ ...door, title: [door.path, door.what].join(' ').trim() })))(
    '$title',
    (door) => {
      const ways = [
        ['to a program', door.statuses[0], false],
        ['at its page', door.statuses[1], true],
      ] as const
      test.each(ways.filter(([, status]) => status !== undefined))(
        'OWASP ASVS 5.0 6.3.8: the same answer %s, with the same work, whoever is named',
        async (_, status, isPage) => {
          const [first = '', ...others] = door.names?.(known) ?? everybody
          // Copies of clients and APIs are read anew every ten seconds, for whoever asks then: so each is looked at twice.
          const look = async (name: string) => [await see(door, name, isPage), await see(door, name, isPage)] as const
          const [one, two] = await look(first)
          const seen = one.work.reads < two.work.reads ? one : two
          expect(seen).toMatchObject({ status })
          for (const name of others) expect(await look(name), name).toContainEqual(seen)
        },
      )
    },
  )

  test('a door that tells would be noticed: by its answer, and by its work alone', async () => {
    const [login] = doors
    if (login === undefined) throw new Error('there is no door')
    const right: Door = { ...login, fields: (username) => ({ username, password, audience }) }
    expect((await see(right, 'lovelace', false)).status).toBe(200)
    const wrong = await see(login, 'lovelace', false)
    expect(wrong.work).toMatchObject({ hashes: 1, writes: 1 })
    expect((await see(right, 'lovelace', false)).work).not.toEqual(wrong.work)
  })
})

interface Seen {
  readonly status: number
  readonly headers: string
  readonly body: string
  readonly work: Work
}

const unsteady = new Set(['date', 'x-request-id', 'content-length'])

/** Without what was typed, which a page may show again, and without what is new each time. */
function withoutTyped(text: string, sent: Fields): string {
  const typed = Object.values(sent).flatMap((value) => [value, encodeURIComponent(value)])
  return typed
    .reduce((rest, value) => rest.replaceAll(value, 'TYPED'), text)
    .replace(/[\w-]{22,43}/g, 'ID')
    .replace(/"expires_at":"[^"]+"/, '')
}

function challengeIn({ body }: Answer): string {
  return String((JSON.parse(body) as { readonly challenge?: string }).challenge)
}

async function addAccountWithoutPassword({ running }: TestServer, name: string, address: string): Promise<void> {
  const username = parseUsername(name)
  const email = parseEmail(address)
  if (!username.ok || !email.ok) throw new Error('a test names its accounts properly')
  const creation = { username: username.username, email: email.email, actor: 'cli' as const }
  const created = await running.installation.database.write((tx) => createAccount(tx, creation))
  expect(created).toMatchObject({ ok: true })
}

function authorizationRequest({ clientId }: Pick<Known, 'clientId'>): Fields {
  return {
    ...{ response_type: 'code', client_id: clientId, redirect_uri: redirectUri, scope: 'openid', resource: audience },
    ...{ code_challenge: challengeOf('v'.repeat(43)), code_challenge_method: 'S256' },
  }
}

/** Begins an authorization that waits for its person. Returns the id of the request. */
async function beginRequest(known: Known, send: Send): Promise<string> {
  const { headers } = await send('/authorize', authorizationRequest(known), true)
  const [, id = ''] = /request(?:%3D|=)([\w-]{22,})/.exec(decodeURIComponent(headers.get('location') ?? '')) ?? []
  expect(id).not.toBe('')
  return id
}

/** Returns the code of a device that waits for its person. */
async function beginDevice({ deviceClientId }: Known, send: Send): Promise<string> {
  const { body } = await send('/device-authorization', { client_id: deviceClientId, resource: audience }, true)
  const { user_code } = JSON.parse(body) as { readonly user_code: string }
  return user_code
}
