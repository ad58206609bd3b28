import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import { decodeJwt } from 'jose'
import { afterEach, describe, expect, it } from 'vitest'
import { forEachDatabase, onSqlite } from '../../testing/database.ts'
import { CliFolder, untilPrinted } from '../../testing/run-cli.ts'
import { findFreePort } from '../../testing/test-server.ts'
import { randomSecret } from '../platform/random/random.ts'
import { buildProgram } from './program.ts'

const password = 'seven purple umbrellas'
const audience = 'https://api.example.com'

type Command = ReturnType<typeof buildProgram>

function listCommands(command: Command): Command[] {
  return command.commands.length > 0 ? command.commands.flatMap(listCommands) : [command]
}

describe('every command', () => {
  const commands = listCommands(buildProgram())

  it.each(commands.map((command) => [`${command.parent?.name()} ${command.name()}`, command] as const))(
    '%s has --json, a description and an example in its help',
    (_, command) => {
      let help = ''
      command.configureOutput({
        writeOut: (text) => {
          help += text
        },
      })
      command.outputHelp()
      expect(command.description()).not.toBe('')
      expect(help).toContain('--json')
      expect(help).toMatch(/Example:\n {2}.*ostiary /)
    },
  )
})

const folders: CliFolder[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) folder[Symbol.dispose]()
})

function openFolder(databaseUrl: string, more: Record<string, string> = {}): CliFolder {
  const folder = new CliFolder({ OSTIARY_DATABASE_URL: databaseUrl, OSTIARY_SECRET: randomSecret(), ...more })
  folders.push(folder)
  return folder
}

async function json(folder: CliFolder, args: string[], input = ''): Promise<Record<string, unknown>> {
  const { exitCode, stdout, stderr } = await folder.run([...args, '--json'], input)
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  return JSON.parse(stdout)
}

forEachDatabase('the command line beside a running server', ({ createUrl }) => {
  it('accounts, APIs, clients, keys and tokens: each act changes the database that a running server sees within a second', async () => {
    const port = await findFreePort()
    const folder = openFolder(await createUrl(), { OSTIARY_PORT: String(port) })
    const issuer = `http://127.0.0.1:${port}`
    const server = folder.start(['serve'])
    await untilPrinted(server, /"listening"/)
    const logIn = (username: string, secret: string) =>
      fetch(`${issuer}/login`, { method: 'POST', body: new URLSearchParams({ username, password: secret, audience }) })
    try {
      expect(
        await json(folder, [
          'api',
          'create',
          '--audience',
          audience,
          '--name',
          'Orders',
          '--scope',
          'a',
          'b',
          '--lifetime',
          '60',
        ]),
      ).toEqual({
        audience,
        name: 'Orders',
        scope_descriptions: {},
        permissions: [],
        scopes: ['a', 'b'],
        lifetime: 60,
        algorithm: 'ES256',
      })
      const ada = await json(
        folder,
        ['account', 'create', '--username', 'ada', '--email', 'ada@example.com', '--password-stdin', '--role', 'admin'],
        `${password}\n`,
      )
      expect(ada).toEqual({
        id: expect.stringMatching(/^acc_/),
        username: 'ada',
        email: 'ada@example.com',
        email_verified: false,
        roles: ['admin'],
      })
      expect((await logIn('ada@example.com', password)).status).toBe(200)

      const bob = await json(folder, ['account', 'create', '--username', 'bob', '--generate-password'])
      expect(bob.password).toMatch(/^[\w-]{20}$/)
      expect((await logIn('bob', String(bob.password))).status).toBe(200)

      expect(await json(folder, ['account', 'disable', '--username', 'bob'])).toMatchObject({
        id: bob.id,
        disabled: true,
        ended_sessions: 1,
      })
      expect((await logIn('bob', String(bob.password))).status).toBe(401)
      await json(folder, ['account', 'enable', '--username', 'bob'])
      expect((await logIn('bob', String(bob.password))).status).toBe(200)
      const fresh = await json(folder, ['account', 'password', '--username', 'bob', '--generate-password'])
      expect((await logIn('bob', String(fresh.password))).status).toBe(200)

      // crypt_blowfish 1.3, wrapper.c.
      const bcrypt = '$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK'
      await json(folder, ['account', 'create', '--username', 'cy', '--password-hash', bcrypt])
      expect((await logIn('cy', 'U*U*')).status).toBe(200)
      expect((await logIn('cy', 'U*U')).status).toBe(401)

      const { pending } = (await json(folder, ['key', 'rotate'])) as { pending: { kid: string; state: string }[] }
      expect(pending).toHaveLength(1)
      await expect
        .poll(async () => (await fetch(`${issuer}/.well-known/jwks.json`)).text(), { timeout: 1000 })
        .toContain(pending[0]?.kid)
      const { keys } = (await json(folder, ['key', 'list'])) as { keys: { state: string }[] }
      expect(keys.map(({ state }) => state)).toEqual(['active', 'pending'])

      const issued = await json(folder, ['token', 'issue', '--account', 'ada', '--audience', audience, '--scope', 'b'])
      expect(decodeJwt(String(issued.access_token))).toMatchObject({
        iss: issuer,
        sub: ada.id,
        aud: audience,
        scope: 'b',
      })
      const accepted = await folder.run(['explain', String(issued.access_token), '--audience', audience])
      expect(accepted).toMatchObject({ exitCode: 0, stderr: '' })
      const refused = await folder.run(
        ['explain', '-', '--audience', 'https://other.example', '--json'],
        String(issued.access_token),
      )
      expect(refused.exitCode).toBe(1)
      const { checks } = JSON.parse(refused.stdout) as {
        checks: { check: string; ok: boolean; expected?: string; got?: string }[]
      }
      const failed = checks.filter(({ ok }) => ok === false)
      expect(failed).toHaveLength(1)
      expect(failed[0]).toMatchObject({ check: 'audience', got: expect.stringContaining(audience) })
    } finally {
      server.kill('SIGTERM')
    }
    expect(await new Promise((resolve) => server.on('close', resolve))).toBe(0)
  })
})

onSqlite('the command line', ({ createUrl }) => {
  it('API keys: made once and shown once, listed without their secret, revoked by id', async () => {
    const folder = openFolder(await createUrl())
    await json(folder, ['api', 'create', '--audience', audience, '--name', 'Orders', '--scope', 'a', 'b'])
    const ada = await json(folder, ['account', 'create', '--username', 'ada', '--generate-password'])
    const create = ['api-key', 'create', '--name', 'Nightly report']
    const { api_key: text, ...made } = await json(folder, [...create, '--username', 'ada', '--scope', 'a'])
    expect(text).toMatch(/^ok_[\w-]{69}[AQgw]$/)
    expect(made).toMatchObject({
      account_id: ada.id,
      client_id: 'ostiary',
      audience,
      scopes: ['a'],
      last_used_at: null,
    })
    const days = (Date.parse(String(made.expires_at)) - Date.parse(String(made.created_at))) / 86_400_000
    expect(Math.round(days)).toBe(90)
    expect(await json(folder, ['api-key', 'list', '--username', 'ada'])).toEqual({ api_keys: [made] })

    const client = await json(folder, [
      'client',
      'create',
      '--name',
      'Import',
      '--type',
      'confidential',
      '--scope',
      'b',
    ])
    const ofClient = ['--client-id', String(client.client_id), '--expires', 'never']
    expect(await json(folder, [...create, ...ofClient])).toMatchObject({
      account_id: null,
      scopes: ['b'],
      expires_at: null,
    })
    expect(((await json(folder, ['api-key', 'list'])) as { api_keys: object[] }).api_keys).toHaveLength(2)

    expect(await json(folder, ['api-key', 'revoke', String(made.id)])).toEqual({ seq: expect.any(Number) })
    expect(await json(folder, ['api-key', 'list', '--username', 'ada'])).toEqual({ api_keys: [] })
    const wrong: readonly [string[], string, number][] = [
      [create, 'invalid_option', 2],
      [[...create, '--username', 'ada', ...ofClient], 'invalid_option', 2],
      [[...create, '--username', 'ada', '--expires', '2y'], 'invalid_option', 2],
      [[...create, '--username', 'bob'], 'unknown_account', 1],
      [[...create, '--client-id', 'nobody'], 'unknown_client', 1],
      [[...create, ...ofClient, '--scope', 'a'], 'foreign_scope', 1],
      [[...create, '--username', 'ada', '--scope', 'c'], 'unknown_scope', 1],
      [['api-key', 'revoke', 'nobody'], 'unknown_api_key', 1],
    ]
    for (const [args, code, exitCode] of wrong) {
      const refused = await folder.run([...args, '--json'])
      expect({ args, exitCode: refused.exitCode, code: JSON.parse(refused.stderr).error.code }).toEqual({
        args,
        exitCode,
        code,
      })
    }
  })

  it('upstreams: one is registered with a secret from standard input, listed without it, and removed', async () => {
    const folder = openFolder(await createUrl())
    const create = ['upstream', 'create', '--preset', 'google', '--client-id', 'ours']
    const google = {
      ...{ id: 'google', name: 'Google', issuer: 'https://accounts.google.com', client_id: 'ours', sign_up: false },
      scopes: ['openid', 'profile', 'email'],
      redirect_uri: 'http://127.0.0.1:4000/login/upstream/google/callback',
    }
    expect(await json(folder, [...create, '--client-secret-stdin'], 'a secret\n')).toEqual(google)
    expect(await json(folder, ['upstream', 'list'])).toEqual({ upstreams: [google] })
    for (const [args, input, code, exitCode] of [
      [[...create, '--public'], '', 'upstream_taken', 1],
      [[...create, '--client-secret-stdin'], '', 'missing_secret', 1],
      [create, '', 'missing_secret', 1],
      [[...create, '--client-secret-stdin', '--public'], 'a', 'invalid_option', 2],
      [[...create, '--client-secret-stdin'], 'ü', 'invalid_option', 2],
      [['upstream', 'create', '--client-id', 'ours', '--public'], '', 'invalid_option', 2],
      [['upstream', 'remove', 'nobody'], '', 'unknown_upstream', 1],
    ] as const) {
      const result = await folder.run([...args, '--json'], input)
      expect([JSON.parse(result.stderr).error.code, result.exitCode], args.join(' ')).toEqual([code, exitCode])
    }
    const pem = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' })
    const other = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' })
    const apple = [
      'upstream',
      'create',
      '--preset',
      'apple',
      '--client-id',
      'com.example.web',
      '--team-id',
      'TEAM123456',
    ]
    const keyed = [...apple, '--key-id', 'ABC123DEFG', '--client-secret-stdin']
    for (const [args, input, code] of [
      [keyed, '', 'missing_secret'],
      [keyed, 'no key', 'invalid_option'],
      [keyed, String(other), 'invalid_option'],
      [keyed.slice(0, -1), '', 'missing_secret'],
      [[...apple, '--client-secret-stdin'], String(pem), 'invalid_option'],
    ] as const) {
      const result = await folder.run([...args, '--json'], input)
      expect(JSON.parse(result.stderr).error.code, args.join(' ')).toBe(code)
    }
    expect(await json(folder, keyed, String(pem))).toMatchObject({ id: 'apple', issuer: 'https://appleid.apple.com' })
    expect(await json(folder, ['upstream', 'remove', 'apple'])).toEqual({ id: 'apple', removed: true })
    expect(await json(folder, ['upstream', 'remove', 'google'])).toEqual({ id: 'google', removed: true })
    expect(await json(folder, ['upstream', 'list'])).toEqual({ upstreams: [] })
  })

  it('a confidential client gets its secret once, a public one none', async () => {
    const folder = openFolder(await createUrl())
    const shop = await json(folder, [
      'client',
      'create',
      '--name',
      'Shop',
      '--type',
      'confidential',
      '--redirect-uri',
      'https://shop.example/cb',
      '--scope',
      'a',
    ])
    expect(shop).toEqual({
      client_id: expect.stringMatching(/^cli_[\w-]{22}$/),
      client_secret: expect.stringMatching(/^[\w-]{43}$/),
      name: 'Shop',
      type: 'confidential',
      redirect_uris: ['https://shop.example/cb'],
      grants: ['authorization_code', 'refresh_token'],
      scopes: ['a'],
      first_party: false,
      id_token_signed_response_alg: 'ES256',
      post_logout_redirect_uris: [],
      token_endpoint_auth_method: 'client_secret_basic',
      dpop_bound_access_tokens: false,
      require_pushed_authorization_requests: false,
      idle_seconds: 30 * 86_400,
      lifetime_seconds: 365 * 86_400,
    })
    expect(await json(folder, ['client', 'create', '--name', 'App', '--type', 'public'])).not.toHaveProperty(
      'client_secret',
    )
  })

  it('RFC 7591 §1.2: an initial access token is made, listed and revoked, and shown only once', async () => {
    const folder = openFolder(await createUrl())
    const create = ['registration', 'token', 'create']
    const made = await json(folder, [...create, '--uses', '3', '--expires', '2h', '--scope', 'a', 'b'])
    expect(made).toMatchObject({
      token: expect.stringMatching(/^oi_[\w-]{43}$/),
      grants: ['authorization_code', 'refresh_token'],
      scopes: ['a', 'b'],
      uses_left: 3,
    })
    const lifetime = Date.parse(String(made.expires_at)) - Date.parse(String(made.created_at))
    expect(lifetime).toBe(2 * 3_600_000)
    const { token, ...listed } = made
    expect(await json(folder, ['registration', 'token', 'list'])).toEqual({ tokens: [listed] })
    expect(await json(folder, ['registration', 'token', 'revoke', String(made.id)])).toEqual({ revoked: made.id })
    expect(await json(folder, ['registration', 'token', 'list'])).toEqual({ tokens: [] })
    const again = await folder.run(['registration', 'token', 'revoke', String(made.id), '--json'])
    expect([again.exitCode, JSON.parse(again.stderr).error.code]).toEqual([1, 'unknown_registration_token'])
    const service = await json(folder, [...create, '--grant', 'client_credentials'])
    expect(service).toMatchObject({ grants: ['client_credentials'], scopes: [], uses_left: 1 })
    for (const wrong of [
      ['--uses', '0'],
      ['--uses', 'many'],
      ['--expires', 'soon'],
      ['--grant', 'password'],
      ['--grant', 'refresh_token'],
      ['--scope', 'a b'],
    ]) {
      const refused = await folder.run([...create, ...wrong, '--json'])
      expect([refused.exitCode, JSON.parse(refused.stderr).error.code], wrong.join(' ')).toEqual([2, 'invalid_option'])
    }
  })

  it('a name that is taken is refused and nothing is left behind', async () => {
    const folder = openFolder(await createUrl())
    await json(folder, ['account', 'create', '--username', 'ada', '--generate-password'])
    const again = await folder.run(['account', 'create', '--username', 'ADA', '--generate-password', '--json'])
    expect(again.exitCode).toBe(1)
    expect(JSON.parse(again.stderr)).toEqual({
      error: { code: 'username_taken', message: expect.stringContaining('user name') },
    })
    await json(folder, ['api', 'create', '--audience', audience])
    expect((await folder.run(['api', 'create', '--audience', audience])).stderr).toMatch(/registered already/)
  })

  it('a secret that is not the one the database was sealed with is told at the start', async () => {
    const folder = openFolder(await createUrl())
    await json(folder, ['api', 'create', '--audience', audience])
    folder.environment.OSTIARY_SECRET = randomSecret()
    const result = await folder.run(['key', 'list'])
    expect(result).toMatchObject({ exitCode: 1, stdout: '' })
    expect(result.stderr).toMatch(/^OSTIARY_SECRET is not the secret that this database was sealed with/)
  })
})

describe('what a stranger wrote', () => {
  it('reaches the terminal without control or format characters, and JSON keeps its meaning', async () => {
    const hostile = '\u001b[2J\u009b31m\u202egnp.exe\u{e0041}\r\nok'
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const token = `${part({ alg: 'ES256', kid: hostile, typ: hostile })}.${part({ iss: hostile, sub: hostile })}.AAAA`
    using folder = new CliFolder()
    const text = await folder.run(['explain', token])
    expect(text.exitCode).toBe(1)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
    expect(text.stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
    const { stdout } = await folder.run(['explain', token, '--json'])
    expect(stdout).not.toMatch(/\p{Cf}/u)
    expect(JSON.parse(stdout).claims.sub).toBe(hostile)
  })
})

describe('bad input on the command line', () => {
  it.each<[string, string[], number, RegExp]>([
    [
      'a password that is too short',
      ['account', 'create', '--username', 'eve', '--password-stdin'],
      1,
      /^Use at least 15 characters/,
    ],
    [
      'two password options',
      ['account', 'create', '--username', 'eve', '--password-stdin', '--generate-password'],
      2,
      /^Choose one of/,
    ],
    [
      'a damaged hash',
      ['account', 'create', '--username', 'eve', '--password-hash', '$2b$10$abc'],
      2,
      /^This bcrypt hash is damaged/,
    ],
    ['no password and no terminal', ['account', 'create', '--username', 'eve'], 1, /no terminal/],
    [
      'a user name with a line break',
      ['account', 'create', '--username', 'e\nve', '--generate-password'],
      2,
      /control characters/,
    ],
    [
      'an e-mail address that is none',
      ['account', 'create', '--username', 'eve', '--email', 'eve', '--generate-password'],
      2,
      /e-mail/,
    ],
    ['an account that is not there', ['account', 'disable', '--username', 'nobody'], 1, /no account of that name/],
    ['an audience that is no URI', ['api', 'create', '--audience', 'orders'], 2, /absolute URI/],
    [
      'a lifetime that is no number',
      ['api', 'create', '--audience', audience, '--lifetime', '5m'],
      2,
      /whole number of seconds/,
    ],
    ['a scope with a quote', ['api', 'create', '--audience', audience, '--scope', 'a"b'], 2, /printable ASCII/],
    ['an unknown algorithm', ['api', 'create', '--audience', audience, '--algorithm', 'none'], 2, /Allowed choices/],
    [
      'an open redirect',
      ['client', 'create', '--name', 'x', '--type', 'public', '--redirect-uri', 'http://evil.example/'],
      2,
      /redirect URI/,
    ],
    ['a user name of 10 kB', ['account', 'create', '--username', 'e'.repeat(10_000), '--generate-password'], 2, /128/],
    ['an empty user name', ['account', 'create', '--username', '', '--generate-password'], 2, /Enter a user name/],
    ['a role of 10 kB', ['account', 'create', '--username', 'eve', '--role', 'r'.repeat(10_000)], 2, /A role must be/],
    ['an API name of 10 kB', ['api', 'create', '--audience', audience, '--name', 'n'.repeat(10_000)], 2, /1 to 128/],
    ['an audience of 10 kB', ['api', 'create', '--audience', `urn:${'a'.repeat(10_000)}`], 2, /absolute URI/],
    ['a client name of 10 kB', ['client', 'create', '--name', 'n'.repeat(10_000), '--type', 'public'], 2, /1 to 128/],
    ['a client type that is none', ['client', 'create', '--name', 'x', '--type', 'secret'], 2, /public.*confidential/],
    ['an empty API name', ['api', 'create', '--audience', audience, '--name', ''], 2, /1 to 128/],
    ['a missing option', ['api', 'create'], 2, /required option '--audience/],
    ['an unknown command', ['conjure'], 2, /unknown command/],
    ['an unknown option', ['secret', '--loud'], 2, /unknown option/],
  ])('%s is one sentence, an exit code and no stack', async (_, args, exitCode, sentence) => {
    using folder = new CliFolder({ OSTIARY_SECRET: randomSecret() })
    const result = await folder.run(args, 'short')
    expect(result.exitCode).toBe(exitCode)
    expect(result.stderr).toMatch(sentence)
    expect(result.stderr).not.toMatch(/\n\s+at /)
    expect(result.stdout).toBe('')
  })
})

it('accounts of another system are taken over line by line, and what is refused is told by its line', async () => {
  using folder = new CliFolder({ OSTIARY_SECRET: randomSecret() })
  const werkzeug = `pbkdf2:sha256:1000$salt$${'ab'.repeat(32)}`
  const keycloak = {
    credentialData: '{"hashIterations":27500,"algorithm":"pbkdf2-sha256"}',
    secretData: '{"value":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","salt":"AAAA"}',
  }
  const lines = [
    { username: 'ada', email: 'ada@example.com', email_verified: true, roles: ['admin'], password_hash: werkzeug },
    { username: 'bob', password_hash: keycloak },
    { username: 'ADA' },
    { username: 'eve', password_hash: '$1$abc$BXBqpb9BZcZhXLgbee.0s/' },
    { username: 'eve', password: 'in the clear' },
    { username: 'eve', roles: 'editor' },
    { username: 'eve', email_verified: true },
    { email: 'eve@example.com' },
  ].map((line) => JSON.stringify(line))
  const input = [...lines, '', '{', '[]', '{"username":"eve"}'].join('\r\n')
  const result = await folder.run(['import', '-', '--json'], input)
  expect(result.exitCode).toBe(1)
  const refused = { outcome: 'refused', message: expect.any(String) }
  expect(JSON.parse(result.stdout)).toMatchObject({
    created: 3,
    refused: 8,
    first_refused: [
      { line: 3, code: 'username_taken', ...refused },
      ...[4, 5, 6, 7, 8, 10, 11].map((line) => ({ line, code: 'invalid_line', ...refused })),
    ],
  })
  expect(result.stdout).not.toMatch(/abc|clear/)
  const { accounts } = JSON.parse((await folder.run(['account', 'list', '--json'])).stdout)
  expect(accounts).toHaveLength(3)
  expect(accounts).toContainEqual(expect.objectContaining({ username: 'ada', roles: ['admin'] }))
  const again = await folder.run(['import', '-'], lines.slice(0, 2).join('\n'))
  expect(again.stdout).toMatch(/^Created 0 of 2 accounts\.\nLine 1: /)
})

describe('a password from standard input', () => {
  it.each<[string, string | Buffer, RegExp]>([
    ['nothing', '', /holds no password/],
    ['an empty line', '\n', /holds no password/],
    ['bytes that are no UTF-8', Buffer.from([...Buffer.from('seven purple umbrellas'), 0xff, 0x0a]), /UTF-8/],
    ['more than 256 characters', `${'seven purple '.repeat(800)}\n`, /at most 256/],
  ])('that is %s makes no account', async (_, input, sentence) => {
    using folder = new CliFolder({ OSTIARY_SECRET: randomSecret() })
    const create = ['account', 'create', '--username', 'eve', '--password-stdin']
    const refused = await folder.run(create, input)
    expect(refused.exitCode).toBe(1)
    expect(refused.stderr).toMatch(sentence)
    expect(refused.stderr.trim().split('\n')).toHaveLength(1)
    // Nothing is half done: the name is free.
    expect((await folder.run(create, 'seven purple umbrellas\n')).exitCode).toBe(0)
  })
})

describe('a start that cannot be', () => {
  it.each<[string, Record<string, string>, RegExp]>([
    ['a port that is no number', { OSTIARY_PORT: 'http' }, /^OSTIARY_PORT must be a number/],
    ['an issuer without https', { OSTIARY_ISSUER: 'http://login.example.com' }, /^OSTIARY_ISSUER must use https/],
    [
      'an issuer with a slash at its end',
      { OSTIARY_ISSUER: 'https://login.example.com/' },
      /^OSTIARY_ISSUER must not end with a slash/,
    ],
    ['an issuer with a query', { OSTIARY_ISSUER: 'https://login.example.com?a' }, /^OSTIARY_ISSUER must have no query/],
    ['a public host without issuer', { OSTIARY_HOST: '0.0.0.0' }, /^OSTIARY_ISSUER must be set/],
    ['a database of another kind', { OSTIARY_DATABASE_URL: 'mysql://x' }, /sqlite:<path> or postgres:/],
    ['a secret that is none', { OSTIARY_SECRET: 'secret' }, /^A secret must be 32 bytes/],
    [
      'a host with a scheme',
      { OSTIARY_CLIENT_DOCUMENT_HOSTS: 'https://a.example' },
      /^OSTIARY_CLIENT_DOCUMENT_HOSTS must be/,
    ],
    ['a proxy that is no address', { OSTIARY_TRUSTED_PROXIES: 'proxy.local' }, /^OSTIARY_TRUSTED_PROXIES must list/],
    ['a log level that is none', { OSTIARY_LOG_LEVEL: 'loud' }, /^OSTIARY_LOG_LEVEL must be one of/],
    [
      'a PostgreSQL that is not there',
      { OSTIARY_DATABASE_URL: 'postgres://me:hunter2hunter2@127.0.0.1:9/x' },
      /PostgreSQL/,
    ],
    ['a data folder that cannot be made', { OSTIARY_DATA_DIR: '/proc/ostiary' }, /\/proc\/ostiary/],
  ])('%s: one sentence, exit code 1, no stack, no password', async (_, environment, sentence) => {
    using folder = new CliFolder(environment)
    for (const command of ['serve', 'dev']) {
      if (command === 'serve') folder.environment.OSTIARY_SECRET ??= randomSecret()
      const { exitCode, stdout, stderr } = await folder.run([command])
      expect({ command, exitCode, stdout }).toEqual({ command, exitCode: 1, stdout: '' })
      expect(stderr).toMatch(sentence)
      expect(stderr.trim().split('\n')).toHaveLength(1)
      expect(stderr).not.toContain('hunter2')
    }
  })

  it('serve without a secret says how to make one', async () => {
    using folder = new CliFolder()
    const { exitCode, stderr } = await folder.run(['serve'])
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(
      /^OSTIARY_SECRET is not set and .* holds no secret\. Run this .* make one with `ostiary secret`/,
    )
  })

  it('a busy port names the port', async () => {
    const other = createServer()
    const port = await new Promise<number>((resolve) => {
      other.listen(0, '127.0.0.1', () => resolve((other.address() as { port: number }).port))
    })
    using folder = new CliFolder({ OSTIARY_PORT: String(port) })
    const { exitCode, stderr } = await folder.run(['dev'])
    other.close()
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: `Port ${port} is in use by another program. Stop that program, or set OSTIARY_PORT to a free port.\n`,
    })
  })

  it.each([
    ['{', /^ostiary\.json is not JSON\. Mend or remove/],
    ['{"isuer":"https://a.example"}', /^ostiary\.json: .*may set: issuer/],
    ['{"port":"4000"}', /^ostiary\.json: port/],
    ['{"passwordCost":{"memoryKibibytes":8,"passes":1,"parallelism":1}}', /passwordCost must be at least/],
    [
      '{"theme":{"accent":{"light":"#ffcc00","dark":"#ffcc00"}}}',
      /ostiary\.json: theme\.accent: The light accent #ffcc00 has a contrast of 1\.4/,
    ],
    ['{"theme":{"logo":"missing.svg"}}', /theme\.logo names the file missing\.svg, which can't be read/],
    ['{"theme":{"colour":"red"}}', /theme/],
  ])('the settings file %s is refused with a sentence', async (content, sentence) => {
    using folder = new CliFolder({ OSTIARY_SECRET: randomSecret() })
    writeFileSync(path.join(folder.path, 'ostiary.json'), content)
    const { exitCode, stderr } = await folder.run(['serve'])
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(sentence)
  })
})

describe('ostiary dev', () => {
  it('makes a secret, a key and demo data at its first start, prints the password once, and keeps everything', async () => {
    using folder = new CliFolder({ OSTIARY_PORT: String(await findFreePort()) })
    const first = folder.start(['dev', '--json'])
    const facts = JSON.parse(await untilPrinted(first, /\}\n/))
    const logIn = () =>
      fetch(`${facts.issuer}/login`, {
        method: 'POST',
        body: new URLSearchParams({ username: facts.username, password: facts.password, audience: facts.audience }),
      })
    expect((await logIn()).status).toBe(200)
    expect([facts.setup_url, facts.setup_code]).toEqual([
      `${facts.issuer}/setup`,
      expect.stringMatching(/^(?:[A-Z]{4}-){3}[A-Z]{4}$/),
    ])
    const jwks = await (await fetch(`${facts.issuer}/.well-known/jwks.json`)).text()
    first.kill('SIGINT')
    expect(await new Promise((resolve) => first.on('close', resolve))).toBe(0)

    const second = folder.start(['dev'])
    const welcome = await untilPrinted(second, /echo "\$TOKEN"/)
    expect(welcome).not.toContain(facts.password)
    expect(welcome).toMatch(/\/setup\n +enter the code (?:[A-Z]{4}-){3}[A-Z]{4} to make the first administrator/)
    expect((await logIn()).status).toBe(200)
    expect(await (await fetch(`${facts.issuer}/.well-known/jwks.json`)).text()).toBe(jwks)
    second.kill('SIGINT')
    expect(await new Promise((resolve) => second.on('close', resolve))).toBe(0)
  })
})

forEachDatabase('commands that revoke', ({ createUrl }) => {
  it('session, account, token, client, key, role and everything: each writes its record to the feed', async () => {
    const port = await findFreePort()
    const environment = { OSTIARY_DATABASE_URL: await createUrl(), OSTIARY_SECRET: randomSecret() }
    using folder = new CliFolder({ ...environment, OSTIARY_PORT: String(port) })
    const json = async (...args: string[]) => {
      const { exitCode, stdout, stderr } = await folder.run([...args, '--json'], `${password}\n`)
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
      return JSON.parse(stdout)
    }
    const server = folder.start(['serve'])
    try {
      const printed = await untilPrinted(server, /Code {3}(?:[A-Z]{4}-){3}[A-Z]{4}\n/)
      const code = /Code {3}([A-Z-]+)/.exec(printed)?.[1] ?? ''
      expect(printed.split('\n').filter((line) => line.startsWith('{') && line.includes(code))).toEqual([])
      await json('api', 'create', '--audience', audience)
      await json('account', 'create', '--username', 'ada', '--password-stdin')
      const body = new URLSearchParams({ username: 'ada', password, audience })
      const logIn = async () => (await fetch(`http://127.0.0.1:${port}/login`, { method: 'POST', body })).json()
      const { access_token, session_id } = (await logIn()) as { access_token: string; session_id: string }
      const { sessions } = await json('session', 'list', '--username', 'ada')
      expect(sessions).toMatchObject([{ id: session_id, client_id: 'ostiary' }])
      expect(await json('role', 'grant', '--account', 'ada', '--role', 'admin')).toEqual({ seq: 1 })
      expect(await json('role', 'revoke', '--account', 'ada', '--role', 'admin')).toEqual({ seq: 2 })
      expect(await json('token', 'revoke', access_token)).toEqual({ seq: 3 })
      expect(await json('session', 'revoke', session_id)).toEqual({ seq: 4 })
      expect(await json('session', 'list', '--username', 'ada')).toEqual({ sessions: [] })
      expect(await json('account', 'log-out', '--username', 'ada', '--wait')).toEqual({
        seq: 5,
        confirmed: 0,
        of: 0,
        slowest_ms: null,
        missing: [],
      })
      expect(await json('client', 'revoke', '--client-id', 'ostiary')).toEqual({ seq: 6 })
      const { keys } = await json('key', 'list')
      expect(await json('key', 'compromised', keys[0].kid)).toEqual({ seq: 7 })
      expect(await json('revoke', 'everything', '--yes')).toEqual({ seq: 8 })
      const log = await (await fetch(`http://127.0.0.1:${port}/revocation-feed/log?after=0`)).text()
      const kinds = log
        .split('\n')
        .slice(0, 8)
        .map((line) => JSON.parse(line).k)
      expect(kinds).toEqual(['r', 'r', 'j', 's', 'u', 'c', 'k', 'a'])
      for (const [args, code, exitCode] of [
        [['revoke', 'everything'], 'unconfirmed', 2],
        [['session', 'revoke', 'x'], 'unknown_session', 1],
        [['token', 'revoke', 'x'], 'unknown_token', 1],
        [['client', 'revoke', '--client-id', 'x'], 'unknown_client', 1],
        [['key', 'compromised', 'x'], 'unknown_key', 1],
        [['session', 'revoke', 'x', '--wait', 'long'], 'invalid_option', 2],
      ] as const) {
        const refused = await folder.run([...args, '--json'])
        expect([refused.exitCode, JSON.parse(refused.stderr).error.code]).toEqual([exitCode, code])
      }
    } finally {
      server.kill()
    }
  })
})
