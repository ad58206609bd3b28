import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterAll, expect } from 'vitest'
import { readApplyFile } from '../packages/server/src/cli/apply-file.ts'
import { CommandError } from '../packages/server/src/cli/command.ts'
import { ConfigurationError, readSettingsFile } from '../packages/server/src/config.ts'
import { parseAccountLine } from '../packages/server/src/domain/transfers/account-line.ts'
import { toAccountRecord, toAccountRows } from '../packages/server/src/domain/transfers/account-record.ts'
import { checkExport } from '../packages/server/src/domain/transfers/check-export.ts'
import { parseHashParameters } from '../packages/server/src/domain/transfers/foreign/firebase.ts'
import { foreignFormats, foreignProducts } from '../packages/server/src/domain/transfers/foreign/foreign-formats.ts'
import { readAccountLines, readForeignLines } from '../packages/server/src/domain/transfers/read-account-lines.ts'
import { TransferError } from '../packages/server/src/domain/transfers/transfer-format.ts'
import type { Columns } from '../packages/server/src/platform/database/list-columns.ts'
import { readLines } from '../packages/server/src/platform/json-stream/read-lines.ts'
import { scanElements } from '../packages/server/src/platform/json-stream/scan-elements.ts'
import { createSealer } from '../packages/server/src/platform/sealing/sealing.ts'
import { SealingError } from '../packages/server/src/platform/sealing/sealing-error.ts'
import { bytesLike, hostileJson, inPieces, mutatedObject, textLike } from './hostile.ts'
import { fuzz, inBoundedTime, orItsError } from './property.ts'

const now = 1_790_000_000_000
const clock = { now: () => now }
const sealer = createSealer([Buffer.alloc(32, 7).toString('base64url')])
const folder = mkdtempSync(path.join(tmpdir(), 'ostiary-fuzz-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function* streamOf(bytes: Buffer, cuts: readonly number[] = []): AsyncGenerator<Uint8Array> {
  yield* inPieces(bytes, cuts)
}

const cuts = fc.array(fc.nat(), { maxLength: 6 })

fuzz(
  'JSON lines',
  'however the file is cut, its lines are those that a line feed ends, and they say where they end',
  fc.tuple(bytesLike('{"a":1}\r\n\n{"b":"ß𝄞"}\n', 'a\nb'), cuts),
  async ([bytes, places]) => {
    const lines = await Array.fromAsync(readLines(streamOf(bytes, places)))
    const parts = bytes.toString('latin1').split('\n')
    const texts = (parts.at(-1) === '' ? parts.slice(0, -1) : parts).map((part) =>
      Buffer.from(part, 'latin1').toString(),
    )
    expect(lines.map(({ text }) => text)).toEqual(texts.map((text) => (text.endsWith('\r') ? text.slice(0, -1) : text)))
    expect(lines.map(({ number }) => number)).toEqual(texts.map((_, index) => index + 1))
    const [, second] = lines
    const rest =
      second &&
      (await Array.fromAsync(readLines(streamOf(bytes.subarray(second.end)), { offset: second.end, lines: 2 })))
    if (rest) expect(rest).toEqual(lines.slice(2))
  },
)

const elements = fc.array(
  fc.oneof(hostileJson, fc.dictionary(fc.string({ maxLength: 5 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 })),
  { maxLength: 5 },
)
const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value)
const spaced = (value: unknown, space: number) => JSON.stringify(value, undefined, space)

fuzz(
  'elements of a JSON file',
  'JSON.parse finds the same objects: in an array, by themselves, and in the arrays of one object',
  fc.tuple(elements, elements, fc.nat(2), cuts),
  async ([some, others, space, places]) => {
    const scan = async (text: string, isWrapped: boolean) => {
      const found = await Array.fromAsync(scanElements(streamOf(Buffer.from(text), places), { isWrapped }))
      return found.map((element) => [element.array, JSON.parse(element.text ?? '')] as const)
    }
    const objects = some.filter(isObject).map((value) => JSON.parse(JSON.stringify(value)))
    expect(await scan(spaced(some, space), false)).toEqual(objects.map((value) => ['', value]))
    const lines = some
      .filter(isObject)
      .map((value) => spaced(value, space))
      .join('\n')
    if (objects.length > 0) expect(await scan(lines, false)).toEqual(objects.map((value) => ['', value]))
    const wrapped = await scan(spaced({ users: some, version: 1, accounts: others }, space), true)
    const expected = [
      ...objects.map((value) => ['users', value]),
      ...others.filter(isObject).map((value) => ['accounts', JSON.parse(JSON.stringify(value))]),
    ]
    expect(wrapped).toEqual(expected)
  },
  { runs: 200 },
)

fuzz(
  'elements of a JSON file',
  'whatever the file is, it is read to its end',
  fc.tuple(bytesLike('[{"a":1},{"b":"]}"}]', '{"users":[{"a":{}}],"x":[[]]}'), cuts, fc.boolean()),
  async ([bytes, places, isWrapped]) => {
    const found = await Array.fromAsync(scanElements(streamOf(bytes, places), { isWrapped }))
    for (const { end } of found) expect(end).toBeLessThanOrEqual(bytes.length)
  },
)

const line = {
  username: 'ada',
  email: 'ada@example.com',
  email_verified: true,
  created_at: '2026-01-01T00:00:00.000Z',
  roles: ['editor'],
  profile: { given_name: 'Ada', address: { locality: 'London' } },
  password_hash: '$2b$10$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW',
  totp: { secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' },
  passkeys: [{ id: 'a', transports: ['usb'] }],
  memberships: [{ organization_id: 'org_a' }],
  federated_identities: [{ issuer: 'https://up.example.com', subject: 'x' }],
}
const lines = mutatedObject(
  line,
  'id',
  'disabled_at',
  'locked_at',
  'identifiers',
  'recovery_codes',
  'passkey_user',
  'type',
  'password_set_at',
  'membership_roles',
)

fuzz('account of an import', 'an account with a name and an id, or a sentence', lines, (given) => {
  const parsed = inBoundedTime(() => parseAccountLine(given, now))
  if (!parsed.ok) return void expect(parsed.sentence).toMatch(/\.$/)
  expect(parsed.account.creation.id).toMatch(/^acc_[\w-]{22}$/)
  expect(parsed.account.creation.username.text).not.toBe('')
})

fuzz(
  'lines of an import',
  'one answer for each line, whatever stands in it',
  fc.tuple(
    fc.array(
      fc.oneof(
        lines.map((value) => JSON.stringify(value)),
        hostileJson.map((value) => JSON.stringify(value)),
        textLike(JSON.stringify(line)),
      ),
      { maxLength: 4 },
    ),
    cuts,
  ),
  async ([texts, places]) => {
    const read = await Array.fromAsync(
      readAccountLines(readLines(streamOf(Buffer.from(texts.join('\n')), places)), clock),
    )
    for (const one of read) expect('account' in one || /\.$/.test(one.sentence)).toBe(true)
  },
  { runs: 150 },
)

const exportsFolder = path.join(import.meta.dirname, '../packages/server/testing/exports')
const read = (name: string): unknown => JSON.parse(readFileSync(path.join(exportsFolder, name), 'utf8'))
const firstLine = (name: string): object =>
  JSON.parse(readFileSync(path.join(exportsFolder, name), 'utf8').split('\n')[0] ?? '')
const people: Readonly<Record<(typeof foreignProducts)[number], readonly object[]>> = {
  auth0: [firstLine('auth0-users.jsonl'), firstLine('auth0-hashes.jsonl')],
  keycloak: (read('keycloak-realm.json') as { users: object[] }).users,
  supabase: read('supabase-users.json') as object[],
  firebase: (read('firebase-users.json') as { users: object[] }).users,
  'better-auth': (read('better-auth.json') as { user: object[] }).user,
}
const besides: readonly object[] = [
  ...(read('supabase-identities.json') as object[]),
  ...(read('better-auth.json') as { account: object[] }).account,
  firstLine('auth0-hashes.jsonl'),
]
const foreign = fc.constantFrom(...foreignProducts).chain((product) =>
  fc.tuple(
    fc.constant(product),
    fc.constantFrom(...people[product]).chain((person) => mutatedObject(person)),
    fc.array(
      fc.constantFrom(...besides).chain((row) => mutatedObject(row)),
      { maxLength: 2 },
    ),
    mutatedObject({ signerKey: 'AA==', saltSeparator: 'Bw==', rounds: 8, memCost: 14 }),
  ),
)

fuzz(
  'person of another product',
  'a line that an import takes or refuses by a sentence, and words about what is left out',
  foreign,
  async ([product, person, rows, parameters]) => {
    const format = foreignFormats[product]
    const text = format.isWrapped ? JSON.stringify({ [format.people[0] ?? '']: [person] }) : JSON.stringify([person])
    const source = {
      format,
      open: () => streamOf(Buffer.from(text)),
      others: [],
      besides: {
        find: async (keys: readonly string[]) => new Map(keys.map((key) => [key, rows])),
        add: async () => {},
      } as never,
      parameters,
      roles: new Set(['editor']),
      clock,
    }
    const found = await Array.fromAsync(readForeignLines(source))
    expect(found).toHaveLength(1)
    for (const one of found) expect('account' in one || /\.$/.test(one.sentence)).toBe(true)
    for (const row of rows) inBoundedTime(() => format.ownerOf(row))
  },
  { runs: 400 },
)

fuzz(
  'hash parameters of Firebase',
  'words and values, from any text',
  textLike(readFileSync(path.join(exportsFolder, 'firebase-hash-parameters.txt'), 'utf8'), '{"rounds": 8}'),
  (text) => {
    for (const value of Object.values(inBoundedTime(() => parseHashParameters(text))))
      expect(typeof value).toBe('string')
  },
)

const row = fc.dictionary(
  fc.constantFrom('username', 'created_at', 'is_on'),
  fc.oneof(
    fc.integer({ min: 0, max: 1e12 }),
    fc.string({ unit: 'grapheme' }).map((text) => `~${text}`),
  ),
  { maxKeys: 2 },
)
fuzz(
  'record of an account',
  'its rows are those that it was made of',
  fc.tuple(row, fc.array(fc.string({ maxLength: 5 }), { maxLength: 3 })),
  ([account, roles]) => {
    const rows = {
      id: 'acc_a',
      username: 'ada',
      ...Object.fromEntries(
        Object.entries(account).filter(([name, value]) => (name === 'username') === (typeof value === 'string')),
      ),
    }
    const moments = Object.fromEntries(
      Object.entries(rows).map(([name, value]) => [name, name === 'is_on' ? Number(value) % 2 : value]),
    )
    const record = toAccountRecord(
      moments,
      new Map([['account_role', roles.toSorted().map((role) => ({ account_id: 'acc_a', role }))]]),
    )
    expect(toAccountRows(JSON.parse(JSON.stringify(record))).get('account')).toEqual([moments])
  },
)

const header = {
  type: 'header',
  format: 'ostiary-export',
  version: 1,
  schema: 1,
  content: 'accounts',
  left_out: [],
  issuer: 'https://login.example.com',
  exported_at: '2026-01-01T00:00:00.000Z',
}
const columns: Columns = new Map([
  ['account', new Map([['id', 'text']])],
  ['account_role', new Map([['role', 'text']])],
])
const records = fc.array(
  fc.oneof(
    mutatedObject(header),
    mutatedObject({ type: 'row', table: 'account_role', row: { role: 'x', sealed_secret: 'v1.a.b' } }),
    mutatedObject({ type: 'account', id: 'acc_a', ...line }),
    mutatedObject({ type: 'end', rows: { account: 1 } }),
    hostileJson,
  ),
  { maxLength: 5 },
)
fuzz(
  'export of an installation',
  'is whole, or a transfer or sealing error says what to do',
  records,
  async (given) => {
    const text = given.map((value) => JSON.stringify(value)).join('\n')
    await checkExport(() => streamOf(Buffer.from(text)), sealer, columns).catch((error: unknown) => {
      if (!(error instanceof TransferError || error instanceof SealingError)) throw error
    })
  },
  { runs: 200 },
)

const declaration = {
  settings: { logLevel: 'info' },
  apis: { 'https://api.example.com': { scopes: ['a'], permissions: { 'a:b': { description: 'x' } } } },
  roles: { editor: { permissions: {} } },
  clients: { shop: { name: 'Shop', type: 'public', redirectUris: ['https://a.example/cb'] } },
  organizations: { acme: { name: 'Acme' } },
}
fuzz(
  'file of `ostiary apply`',
  'is taken, or a sentence names the file and the member',
  fc.oneof(
    textLike(JSON.stringify(declaration)),
    mutatedObject(declaration).map((value) => JSON.stringify(value)),
  ),
  (text) => {
    const file = path.join(folder, 'apply.json')
    writeFileSync(file, text)
    orItsError(() => readApplyFile(file), CommandError)
  },
  { runs: 100 },
)

fuzz(
  'ostiary.json',
  'is taken, or a sentence says what is wrong',
  fc.oneof(
    textLike('{"issuer":"https://login.example.com"}'),
    mutatedObject({ issuer: 'https://login.example.com', port: 1, theme: { name: 'a' }, trustedProxies: ['::1'] }).map(
      (value) => JSON.stringify(value),
    ),
  ),
  (text) => {
    writeFileSync(path.join(folder, 'ostiary.json'), text)
    orItsError(() => readSettingsFile(folder), ConfigurationError)
  },
  { runs: 100 },
)
