import { randomBytes } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import { Client } from 'pg'

/** Makes a copy of a database that nobody has open, as a backup that is restored would be. Returns its URL. */
export async function backUp(url: string): Promise<string> {
  return url.startsWith('sqlite:') ? backUpSqlite(url) : backUpPostgresql(new URL(url))
}

function backUpSqlite(url: string): string {
  const backup = `${url}.backup`
  const source = new DatabaseSync(url.slice('sqlite:'.length))
  source.exec(`VACUUM INTO '${backup.slice('sqlite:'.length)}'`)
  source.close()
  return backup
}

async function backUpPostgresql(url: URL): Promise<string> {
  const name = `backup_${randomBytes(6).toString('hex')}`
  const administration = new URL(url)
  administration.pathname = '/postgres'
  const client = new Client({ connectionString: administration.href })
  await client.connect()
  try {
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${url.pathname.slice(1)}`)
  } finally {
    await client.end()
  }
  const backup = new URL(url)
  backup.pathname = `/${name}`
  return backup.href
}
