import { resolve } from 'node:path'
import { DatabaseError } from './database-error.ts'
import { type PostgresqlAddress, parsePostgresqlUrl } from './parse-postgresql-url.ts'

export type DatabaseAddress = { readonly dialect: 'sqlite'; readonly path: string } | PostgresqlAddress

/**
 * Reads `sqlite:<path>` (a relative path starts at the working directory), `postgres://…` or `postgresql://…`.
 *
 * @throws DatabaseError `bad_url`
 */
export function parseDatabaseUrl(text: string): DatabaseAddress {
  if (text.startsWith('sqlite:')) return parseSqlitePath(text.slice('sqlite:'.length))
  if (/^postgres(ql)?:\/\//.test(text)) return parsePostgresqlUrl(text)
  throw badUrl('must be sqlite:<path> or postgres://<user>:<password>@<host>:<port>/<database>')
}

function parseSqlitePath(path: string): DatabaseAddress {
  if (path === '' || path.includes('\0')) throw badUrl('needs the path of a file after sqlite:')
  if (path === ':memory:') throw badUrl('must name a file, because nothing kept in memory is durable')
  if (/^\/\/[^/]/.test(path)) throw badUrl('must have the path directly after sqlite:, as in sqlite:./data/file.db')
  return { dialect: 'sqlite', path: resolve(path) }
}

function badUrl(what: string): DatabaseError {
  return new DatabaseError('bad_url', `The database URL ${what}.`)
}
