import { resolve } from 'node:path'
import { DatabaseError } from './database-error.ts'

export type DatabaseAddress =
  | { readonly dialect: 'sqlite'; readonly path: string }
  /** `shown` names the server, user and database, without the password or any other parameter. */
  | { readonly dialect: 'postgresql'; readonly url: string; readonly shown: string }

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

function parsePostgresqlUrl(text: string): DatabaseAddress {
  if (!URL.canParse(text)) throw badUrl('is no valid postgres:// URL: write special characters of the password as %XX')
  const url = new URL(text)
  const user = url.username === '' ? '' : `${url.username}@`
  return { dialect: 'postgresql', url: text, shown: `postgres://${user}${url.host}${url.pathname}` }
}

function badUrl(what: string): DatabaseError {
  return new DatabaseError('bad_url', `The database URL ${what}.`)
}
