import { expect, test } from 'vitest'
import { type PostgresqlAddress, parsePostgresqlUrl } from './parse-postgresql-url.ts'

test.each<[string, Partial<PostgresqlAddress>]>([
  [
    'postgres://u:secret@h:5433/d',
    {
      hosts: [{ host: 'h', port: 5433 }],
      user: 'u',
      password: 'secret',
      database: 'd',
      shown: 'postgres://u@h:5433/d',
    },
  ],
  ['postgresql://h/d?password=secret&user=u', { user: 'u', password: 'secret', shown: 'postgres://u@h/d' }],
  ['postgres://u:%40%3a%2F@h/d', { password: '@:/' }],
  ['postgres://u:a@b@h/d', { password: 'a@b', hosts: [{ host: 'h', port: 5432 }] }],
  ['postgres://u@a:5432,b:5433,[::1]:5434/d', { shown: 'postgres://u@a,b:5433,[::1]:5434/d' }],
  [
    'postgres://u@/d?host=a,b&port=6432',
    {
      hosts: [
        { host: 'a', port: 6432 },
        { host: 'b', port: 6432 },
      ],
    },
  ],
  ['postgres://u@/d?host=/run/postgresql', { hosts: [{ host: '/run/postgresql', port: 5432 }] }],
  ['postgres://u@%2Frun%2Fpostgresql/d', { hosts: [{ host: '/run/postgresql', port: 5432 }] }],
  ['postgres://h', { hosts: [{ host: 'h', port: 5432 }], shown: 'postgres://h/' }],
])('%s names its servers as libpq reads them', (url, expected) => {
  expect(parsePostgresqlUrl(url)).toMatchObject(expected)
})

test.each([
  ['', undefined],
  ['?sslmode=disable', undefined],
  ['?sslmode=require', { mode: 'require' }],
  ['?sslmode=require&sslrootcert=/ca.pem', { mode: 'verify-ca', rootCertificateFile: '/ca.pem' }],
  ['?sslmode=verify-ca&sslrootcert=/ca.pem', { mode: 'verify-ca', rootCertificateFile: '/ca.pem' }],
  ['?sslmode=verify-full&sslrootcert=/ca.pem', { mode: 'verify-full', rootCertificateFile: '/ca.pem' }],
  ['?sslrootcert=system', { mode: 'verify-full' }],
  ['?sslcert=/c.pem&sslkey=/k.pem', { mode: 'verify-full', certificateFile: '/c.pem', keyFile: '/k.pem' }],
])('%j asks for TLS as libpq does: %j', (query, tls) => {
  expect(parsePostgresqlUrl(`postgres://u@h/d${query}`).tls).toEqual(tls)
})

test('unless it says otherwise, a server takes writes, and no pooler stands between', () => {
  expect(parsePostgresqlUrl('postgres://u@h/d')).toMatchObject({
    takesReadOnly: false,
    isPooledByTransaction: false,
    mostConnections: 10,
    connectTimeoutMilliseconds: 5000,
  })
  const query = 'target_session_attrs=any&pooler=transaction&pool_max=25&connect_timeout=3&application_name=a+b'
  expect(parsePostgresqlUrl(`postgres://u@h/d?${query}`)).toMatchObject({
    takesReadOnly: true,
    isPooledByTransaction: true,
    mostConnections: 25,
    connectTimeoutMilliseconds: 3000,
    applicationName: 'a+b',
  })
})

test.each([
  ['postgres:u:secret@h/d', 'no valid postgres:// URL'],
  ['postgres://u:secret/#@h:x/d', 'no valid postgres:// URL'],
  ['postgres://u:secret?@h/d', 'a parameter that is none of'],
  ['postgres://u:secret/x', 'not written as host:port'],
  ['postgres://u:sec%zzret@h/d', '%XX'],
  ['postgres://u:secret@h:70000/d', 'a port that is no number'],
  ['postgres://u:secret@h/d?sslmode=prefer', 'one of disable, require, verify-ca, verify-full'],
  ['postgres://u:secret@h/d?sslmode=verify-ca', 'needs sslrootcert'],
  ['postgres://u:secret@h/d?channel_binding=require', 'needs sslmode'],
  ['postgres://u:secret@h/d?sslcert=/c.pem', 'both of sslcert and sslkey'],
  ['postgres://u:secret@h/d?target_session_attrs=standby', 'one of read-write, primary, any'],
  ['postgres://u:secret@h/d?pooler=session', 'one of none, transaction'],
  ['postgres://u:secret@h/d?pool_max=0', '1 to 1000'],
  ['postgres://u:secret@h/d?poolmax=5', 'a parameter, poolmax, that is none of'],
])('%s is refused in one sentence that repeats no secret: %s', (text, words) => {
  const parse = () => parsePostgresqlUrl(text)
  expect(parse).toThrow(expect.objectContaining({ name: 'DatabaseError', code: 'bad_url' }))
  expect(parse).toThrow(words)
  expect(parse).toThrow(/^The database URL ((?!secret)[^\n])+\.$/)
})
