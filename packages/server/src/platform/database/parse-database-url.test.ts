import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { parseDatabaseUrl } from './parse-database-url.ts'

test.each([
  ['sqlite:./data/x.db', resolve('data/x.db')],
  ['sqlite:x.db', resolve('x.db')],
  ['sqlite:/var/lib/x.db', '/var/lib/x.db'],
  ['sqlite:///var/lib/x.db', '/var/lib/x.db'],
])('%s is the file %s', (text, path) => {
  expect(parseDatabaseUrl(text)).toEqual({ dialect: 'sqlite', path })
})

test.each([
  '',
  './data/x.db',
  'mysql://u:secret@h/d',
  'sqlite:',
  'sqlite::memory:',
  'sqlite://data/x.db',
  'sqlite:a\0b',
  'postgres://u:secret/#@h:x/d',
  'postgres://u%3asecret%40h:5432/d',
  'postgres:u:secret@h/d',
])('%j is refused in one sentence that repeats no secret', (text) => {
  const parse = () => parseDatabaseUrl(text)
  expect(parse).toThrow(expect.objectContaining({ name: 'DatabaseError', code: 'bad_url' }))
  expect(parse).toThrow(/^The database URL ((?!secret)[^\n])+\.$/)
})
