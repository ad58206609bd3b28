import { createHash } from 'node:crypto'
import { describe, expect, it, test } from 'vitest'
import { databaseUnderTest } from '../../../testing/database.ts'
import { fillSchema, readTable, schemaTables } from '../../../testing/fill-schema.ts'
import type { Database } from '../../platform/database/database.ts'
import { randomSecret } from '../../platform/random/random.ts'
import { createSealer, type Sealer } from '../../platform/sealing/sealing.ts'
import { migrations, schemaStatements } from '../schema/migrations.ts'
import { accountParts, exportedTables, type LeavablePart, unexportedTables } from './exported-tables.ts'
import { importInstallation, refuseUnfinishedImport } from './import-installation.ts'
import { deleteRows, insertRows } from './table-store.ts'
import { writeInstallation } from './write-installation.ts'

const sealer = createSealer([randomSecret()])
/** Rows of any value have texts that nobody sealed. */
const anySecret: Sealer = { ...sealer, knows: () => true }
const accounts = Array.from({ length: 7 }, (_, index) => `acc_${index}`)

describe('the lists of what is exported', () => {
  it('every table of the schema is exported, or says why not', () => {
    const listed = [
      'account',
      ...accountParts.map(({ table }) => table),
      ...exportedTables.map(({ table }) => table),
      ...Object.keys(unexportedTables),
    ]
    expect(listed.toSorted()).toEqual(schemaTables.map(({ name }) => name).sort())
    for (const reason of Object.values(unexportedTables)) expect(reason.length).toBeGreaterThan(20)
  })

  it('every table is read in the order of its primary key', () => {
    for (const { table, key } of exportedTables) {
      const statement = schemaStatements.find((candidate) => candidate.startsWith(`CREATE TABLE ${table} (`)) ?? ''
      const [, several] = /PRIMARY KEY \(([^)]*)\)/.exec(statement) ?? []
      const [, one] = /(\w+) \w+(?: COLLATE BINARY)? PRIMARY KEY/.exec(statement) ?? []
      expect([...key].sort(), table).toEqual((several?.split(', ') ?? [one]).toSorted())
    }
  })
})

async function* bytesOf(text: string, from: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text).subarray(from)
  // Pieces that end anywhere, within characters too.
  for (let at = 0; at < bytes.length; at += 997) yield bytes.subarray(at, at + 997)
}

function exportOf(database: Database, leftOut: readonly LeavablePart[] = []): Promise<string> {
  return database.snapshot(async (snapshot) => {
    const what = { issuer: 'https://login.example.com', now: 0, content: 'everything', leftOut } as const
    let text = ''
    for await (const lines of writeInstallation(snapshot, what)) text += lines
    return text
  })
}

function importInto(database: Database, text: string, known = anySecret) {
  return importInstallation({ database, sealer: known, open: (from) => bytesOf(text, from) })
}

const [sqlite, postgresql] = ['sqlite', 'postgresql'] as const

describe.each([
  [sqlite, postgresql],
  [postgresql, sqlite],
  [sqlite, sqlite],
  [postgresql, postgresql],
])('an installation on %s that is exported, and imported on %s', (from, to) => {
  const [source, target] = [databaseUnderTest(from), databaseUnderTest(to)]

  test('has every row of every table, whatever stands in it', async () => {
    const [old, fresh] = [await source.open({ migrations }), await target.open({ migrations })]
    await fillSchema(old, { rows: 7, accounts })
    await importInto(fresh, await exportOf(old))
    for (const { name } of schemaTables) {
      if (name in unexportedTables) continue
      const [before, after] = [await readTable(old, name), await readTable(fresh, name)]
      expect(before.length, name).toBe(7)
      if (name === 'audit_event' || name === 'audit_pending')
        expect(after, name).toEqual(expect.arrayContaining(before))
      else expect(after, name).toEqual(before)
    }
  })
})

describe.each([sqlite, postgresql])('an import into %s', (dialect) => {
  const { open } = databaseUnderTest(dialect)

  async function exportOfMany(): Promise<string> {
    const old = await open({ migrations })
    const many = Array.from({ length: 1300 }, (_, index) => `acc_${String(index).padStart(5, '0')}`)
    await fillSchema(old, { rows: 3, accounts: many })
    return exportOf(old)
  }

  test('that is broken off goes on where it was, and no server starts on the database meanwhile', async () => {
    const text = await exportOfMany()
    const fresh = await open({ migrations })
    async function* brokenOff(from: number): AsyncGenerator<Uint8Array> {
      const cut = Buffer.byteLength(text) - 100_000
      let at = from
      for await (const chunk of bytesOf(text, from)) {
        if (at > cut && reads > 1) throw new Error('the power went')
        at += chunk.length
        yield chunk
      }
    }
    let reads = 0
    const dying = importInstallation({
      database: fresh,
      sealer: anySecret,
      open(from) {
        reads += 1
        return brokenOff(from)
      },
    })
    await expect(dying).rejects.toThrow('the power went')
    const some = (await readTable(fresh, 'account')).length
    expect(some).toBeGreaterThan(400)
    expect(some).toBeLessThan(1300)
    await expect(refuseUnfinishedImport(fresh.read)).rejects.toMatchObject({ code: 'import_unfinished' })
    expect(await importInto(fresh, text)).toMatchObject({ wasResumed: true })
    expect((await readTable(fresh, 'account')).length).toBe(1300)
    await refuseUnfinishedImport(fresh.read)
    await expect(importInto(fresh, text)).rejects.toMatchObject({ code: 'not_empty' })
  })

  const spoilt: readonly [string, (text: string) => string, string][] = [
    ['cut off between lines', (text) => text.split('\n').slice(0, -2).join('\n'), 'damaged_export'],
    ['cut off within a line', (text) => text.slice(0, -200), 'damaged_export'],
    ['without one of its lines', (text) => text.split('\n').toSpliced(5, 1).join('\n'), 'damaged_export'],
    [
      'with a line twice',
      (text) =>
        text
          .split('\n')
          .toSpliced(5, 0, text.split('\n')[5] ?? '')
          .join('\n'),
      'damaged_export',
    ],
    ['with something behind its end', (text) => `${text}${text}`, 'damaged_export'],
    ['of a later version', (text) => text.replace('"version":1', '"version":2'), 'other_version'],
    [
      'with an end that tells nothing',
      (text) => text.replace(/"rows":\{[^}]*\}\}\n$/, '"rows":7}\n'),
      'damaged_export',
    ],
    [
      'with a schema that is no number',
      (text) => text.replace(/"schema":\d+/, '"schema":{"toString":1}'),
      'not_an_export',
    ],
    [
      'with a header that leaves out nothing that it names',
      (text) => text.replace('"left_out":[]', '"left_out":null'),
      'damaged_export',
    ],
    ['of content of another kind', (text) => text.replace('"everything"', '"nothing"'), 'damaged_export'],
    ['with a column that no such table has', (text) => spoilRow(text, { evil: 1 }), 'damaged_export'],
    ['with text where a number is', (text) => spoilRow(text, { created_at: 'x' }), 'damaged_export'],
    ['with a broken number', (text) => spoilRow(text, { created_at: 1.5 }), 'damaged_export'],
    ['with a list in a column', (text) => spoilRow(text, { id: [] }), 'damaged_export'],
    ['with a NUL in a text', (text) => spoilRow(text, { id: 'a\0' }), 'damaged_export'],
    ['of another schema', (text) => text.replace('"schema":', '"schema":9'), 'other_version'],
    ['that is no export', () => '{"username":"ada"}\n', 'not_an_export'],
    ['that is empty', () => '', 'not_an_export'],
    ['that is no JSON', () => '\0\u0001', 'not_an_export'],
  ]

  test('of a spoilt file is refused, and nothing is written', async () => {
    const old = await open({ migrations })
    await fillSchema(old, { rows: 2, accounts })
    const text = await exportOf(old)
    const fresh = await open({ migrations })
    const before = await fingerprint(fresh)
    for (const [what, spoil, code] of spoilt)
      await expect(importInto(fresh, spoil(text)), what).rejects.toMatchObject({ code })
    expect(await fingerprint(fresh)).toBe(before)
  })

  test('under another secret is refused, and nothing is written', async () => {
    const old = await open({ migrations })
    await old.write(async (tx) => {
      await insertRows(tx.sql, 'refresh_key', [
        { id: 'k', sealed_key: sealer.seal(Buffer.from('x'), 'p'), created_at: 1 },
      ])
    })
    const text = await exportOf(old)
    const fresh = await open({ migrations })
    const before = await fingerprint(fresh)
    const other = createSealer([randomSecret()])
    await expect(importInto(fresh, text, other)).rejects.toMatchObject({ code: 'unknown_secret' })
    expect(await fingerprint(fresh)).toBe(before)
    await importInto(fresh, text, sealer)
  })

  test('without sessions and audit log begins without them', async () => {
    const old = await open({ migrations })
    await fillSchema(old, { rows: 2, accounts })
    const fresh = await open({ migrations })
    await importInto(fresh, await exportOf(old, ['audit', 'sessions']))
    expect(await readTable(fresh, 'session')).toEqual([])
    expect(await readTable(fresh, 'audit_event')).toHaveLength(1)
    expect(await readTable(fresh, 'consent')).toEqual(await readTable(old, 'consent'))
  })
})

describe.each([sqlite, postgresql])('an export from %s', (dialect) => {
  const { open } = databaseUnderTest(dialect)

  test('is of one moment: what is written meanwhile is not in it', async () => {
    const old = await open({ migrations })
    await fillSchema(old, { rows: 2, accounts })
    await old.snapshot(async (snapshot) => {
      const what = { issuer: 'https://login.example.com', now: 0, content: 'everything', leftOut: [] } as const
      let text = ''
      for await (const lines of writeInstallation(snapshot, what)) {
        text += lines
        await old.write(async (tx) => {
          for (const { name } of schemaTables) await deleteRows(tx.sql, name)
        })
      }
      expect(text.match(/"type":"account"/g)).toHaveLength(7)
    })
    expect(await readTable(old, 'account')).toEqual([])
  })

  test('with rows of an account that is not there is refused: it would lose them', async () => {
    const old = await open({ migrations })
    await fillSchema(old, { rows: 2, accounts })
    await old.write(async (tx) => {
      await insertRows(tx.sql, 'password', [{ account_id: 'acc_gone', hash: 'x', set_at: 1 }])
    })
    await expect(exportOf(old)).rejects.toMatchObject({ code: 'rows_left_over' })
  })
})

async function fingerprint(database: Database): Promise<string> {
  const hash = createHash('sha256')
  for (const { name } of schemaTables) hash.update(JSON.stringify([name, await readTable(database, name)]))
  return hash.digest('hex')
}

/** Changes the rows of `refresh_key`. */
function spoilRow(text: string, members: object): string {
  const lines = text.split('\n').map((line) => {
    if (!line.startsWith('{"type":"row","table":"refresh_key"')) return line
    const record = JSON.parse(line)
    return JSON.stringify({ ...record, row: { ...record.row, ...members } })
  })
  return lines.join('\n')
}
