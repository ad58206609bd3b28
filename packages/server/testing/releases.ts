import type { Database } from '../src/platform/database/database.ts'
import type { Migration } from '../src/platform/database/migration.ts'

type NoteTable = { note: { id: string; text?: string; body?: string | null } }

/**
 * A release of a program that keeps notes. Over three of them a note's `text` becomes its `body`: the second writes both and reads either, the third
 * knows the new one only, and works before and after its contract step.
 */
export interface Release {
  readonly migrations: readonly Migration[]
  write(database: Database, id: string, words: string): Promise<void>
  read(database: Database, id: string): Promise<string | null | undefined>
}

const first: readonly Migration[] = [
  {
    version: 1,
    name: 'notes',
    kind: 'expand',
    // What may go one day has a default: whoever knows it no more need not give it.
    statements: [`CREATE TABLE note (id TEXT PRIMARY KEY, text TEXT NOT NULL DEFAULT '')`],
  },
]

const second: readonly Migration[] = [
  ...first,
  { version: 2, name: 'body', kind: 'expand', statements: ['ALTER TABLE note ADD COLUMN body TEXT'] },
  {
    version: 3,
    name: 'notes without body',
    kind: 'expand',
    index: { name: 'note_without_body', on: 'note (id) WHERE body IS NULL' },
  },
  {
    version: 4,
    name: 'bodies of old notes',
    kind: 'expand',
    backfill: 'UPDATE note SET body = text WHERE id IN (SELECT id FROM note WHERE body IS NULL LIMIT 20)',
  },
]

const third: readonly Migration[] = [
  ...second,
  {
    version: 5,
    name: 'no text any more',
    kind: 'contract',
    statements: [
      // Of the first release, which wrote on while the rows were filled.
      'UPDATE note SET body = text WHERE body IS NULL',
      'ALTER TABLE note DROP COLUMN text',
    ],
  },
]

export const releases: readonly [Release, Release, Release] = [
  {
    migrations: first,
    write: (database, id, words) => insert(database, { id, text: words }),
    read: async (database, id) => (await find(database, id))?.text,
  },
  {
    migrations: second,
    write: (database, id, words) => insert(database, { id, text: words, body: words }),
    async read(database, id) {
      const note = await find(database, id)
      return note?.body ?? note?.text
    },
  },
  {
    migrations: third,
    write: (database, id, words) => insert(database, { id, body: words }),
    read: async (database, id) => (await find(database, id))?.body,
  },
]

/** A release whose further step builds on the contract step. */
export const fourthMigrations: readonly Migration[] = [
  ...third,
  { version: 6, name: 'author', kind: 'expand', statements: ['ALTER TABLE note ADD COLUMN author TEXT'] },
]

async function insert(database: Database, note: NoteTable['note']): Promise<void> {
  await database.write(async (tx) => {
    await tx.sql.withTables<NoteTable>().insertInto('note').values(note).execute()
  })
}

/** All columns, as most stores read: a release gets those that it does not know as well. */
async function find(
  database: Database,
  id: string,
): Promise<{ readonly text?: string | undefined; readonly body?: string | null | undefined } | undefined> {
  return database.read.withTables<NoteTable>().selectFrom('note').selectAll().where('id', '=', id).executeTakeFirst()
}
