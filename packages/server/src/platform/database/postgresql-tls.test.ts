import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { TLSSocket } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listEntryIds, testMigrations, writeEntry } from '../../../testing/database-schema.ts'
import { makeCertificate } from '../../../testing/make-certificate.ts'
import { createTestDatabaseUrl } from '../../../testing/postgresql.ts'
import { type PostgresqlCluster, startPostgresqlCluster } from '../../../testing/postgresql-cluster.ts'
import { systemClock } from '../clock/clock.ts'
import type { Database } from './database.ts'
import { inspectDatabase } from './inspect-database.ts'
import { openDatabase } from './open-database.ts'

/** Its certificate is for `localhost`, and signed by itself. */
const identity = makeCertificate()
const folder = mkdtempSync(path.join(tmpdir(), 'ostiary-tls-'))
const [authority, stranger] = [path.join(folder, 'authority.pem'), path.join(folder, 'stranger.pem')]

describe('a PostgreSQL with TLS', () => {
  let cluster: PostgresqlCluster
  let url: URL
  beforeAll(async () => {
    writeFileSync(authority, identity.certificate)
    writeFileSync(stranger, makeCertificate().certificate)
    cluster = await startPostgresqlCluster({ durable: false, tls: identity })
    url = new URL(await cluster.createDatabase())
  })
  afterAll(async () => {
    rmSync(folder, { recursive: true })
    await cluster?.stop()
  })

  test.each([
    ['localhost', `sslmode=verify-full&sslrootcert=${authority}`],
    ['127.0.0.1', `sslmode=verify-ca&sslrootcert=${authority}`],
    ['127.0.0.1', `sslmode=require`],
    ['127.0.0.1', `sslmode=require&channel_binding=require`],
  ])('is connected to as %s with %s, encrypted', async (host, query) => {
    const database = await open(url, host, query)
    await writeEntry(database, query)
    expect(await listEntryIds(database)).toContain(query)
    expect(await inspectDatabase(database)).toMatchObject({ isEncrypted: true })
    await database.close()
  })

  test.each([
    ['signed by nobody who is trusted', 'localhost', `sslmode=verify-full&sslrootcert=${stranger}`],
    ['signed by nobody who is trusted', 'localhost', 'sslmode=verify-full'],
    ['signed by nobody who is trusted', '127.0.0.1', `sslmode=verify-ca&sslrootcert=${stranger}`],
    ['is for another host', '127.0.0.1', `sslmode=verify-full&sslrootcert=${authority}`],
  ])('whose certificate %s, as %s with %s, is refused', async (words, host, query) => {
    const opening = open(url, host, query)
    await expect(opening).rejects.toMatchObject({ code: 'certificate_refused' })
    await expect(opening).rejects.toThrow(words)
  })

  test.each([
    ['the key of another certificate', 'key values mismatch', () => makeCertificate().key],
    ['no key', 'sslkey', () => 'nothing'],
  ])('%s as sslkey is told of as that', async (_, words, makeKey) => {
    const wrong = path.join(folder, 'wrong.pem')
    writeFileSync(wrong, makeKey())
    const opening = open(url, 'localhost', `sslrootcert=${authority}&sslcert=${authority}&sslkey=${wrong}`)
    await expect(opening).rejects.toMatchObject({ code: 'bad_url', message: expect.stringContaining(words) })
  })

  test('a file that is not there is named', async () => {
    const opening = open(url, 'localhost', `sslmode=verify-full&sslrootcert=${folder}/none.pem`)
    await expect(opening).rejects.toMatchObject({ code: 'bad_url' })
    await expect(opening).rejects.toThrow(/none\.pem of sslrootcert can't be read \(ENOENT\)/)
  })
})

/** What a server may say after it was asked who it is. @see https://www.postgresql.org/docs/current/protocol-message-formats.html */
const asked: Readonly<Record<string, Buffer>> = {
  'the password in clear': authentication(3),
  'the password as MD5': authentication(5, Buffer.from('salt')),
  'a proof that is not bound to the certificate': authentication(10, Buffer.from('SCRAM-SHA-256\0\0')),
  'nothing at all': Buffer.concat([authentication(0), Buffer.from([0x5a, 0, 0, 0, 5, 0x49])]),
}

test.each(Object.keys(asked))(
  'RFC 5802 §6: with channel_binding=require a server that asks for %s is sent nothing',
  async (what) => {
    const { certificate: cert, key } = makeCertificate()
    const sent: Buffer[] = []
    const server = createServer((socket) => {
      socket.on('error', () => {})
      socket.once('data', () => {
        socket.write('S')
        const secure = new TLSSocket(socket, { isServer: true, cert, key })
        secure.on('error', () => {})
        secure.once('data', () => {
          secure.on('data', (bytes: Buffer) => sent.push(bytes))
          secure.write(asked[what] ?? '')
        })
      })
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const url = new URL(`postgres://ostiary:secret@127.0.0.1:${port}/ostiary`)
    const opening = open(url, '127.0.0.1', 'sslmode=require&channel_binding=require')
    await expect(opening).rejects.toMatchObject({ code: 'tls_refused' })
    expect(Buffer.concat(sent)).toHaveLength(0)
    server.close()
  },
)

test('sslcert is what the server is shown, which then says in its own words why nobody is let in', async () => {
  const { certificate: cert, key } = makeCertificate()
  const own = mkdtempSync(path.join(tmpdir(), 'ostiary-tls-'))
  const [certificateFile, keyFile] = [path.join(own, 'certificate.pem'), path.join(own, 'key.pem')]
  writeFileSync(certificateFile, cert)
  writeFileSync(keyFile, key)
  const shown: (string | undefined)[] = []
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => {
      socket.write('S')
      const secure = new TLSSocket(socket, { isServer: true, cert, key, ca: cert, requestCert: true })
      secure.on('error', () => {})
      secure.once('data', () => {
        shown.push(secure.getPeerX509Certificate()?.toString())
        secure.end(refusal('28000', 'connection requires a valid client certificate'))
      })
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const url = new URL(`postgres://ostiary:secret@localhost:${port}/ostiary`)
  const opening = open(url, 'localhost', `sslrootcert=${certificateFile}&sslcert=${certificateFile}&sslkey=${keyFile}`)
  await expect(opening).rejects.toMatchObject({
    code: 'credentials_refused',
    message: expect.stringContaining(
      '(connection requires a valid client certificate): correct the database URL, or pg_hba',
    ),
  })
  expect(shown[0]).toBe(cert)
  server.close()
  rmSync(own, { recursive: true })
})

/** @see https://www.postgresql.org/docs/current/protocol-error-fields.html */
function refusal(state: string, words: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${state}\0M${words}\0\0`)
  const head = Buffer.alloc(5)
  head.write('E')
  head.writeInt32BE(4 + fields.length, 1)
  return Buffer.concat([head, fields])
}

function authentication(kind: number, more: Buffer = Buffer.alloc(0)): Buffer {
  const message = Buffer.alloc(9)
  message.write('R')
  message.writeInt32BE(8 + more.length, 1)
  message.writeInt32BE(kind, 5)
  return Buffer.concat([message, more])
}

test('a PostgreSQL without TLS is refused when TLS is asked for, and gets no password', async () => {
  const url = new URL(await createTestDatabaseUrl({ isEmpty: true }))
  for (const mode of ['require', 'verify-full'])
    await expect(open(url, url.hostname, `sslmode=${mode}`)).rejects.toMatchObject({ code: 'tls_refused' })
})

function open(url: URL, host: string, query: string): Promise<Database> {
  const there = new URL(url)
  there.hostname = host
  there.search = `?${query}`
  return openDatabase({ url: there.href, migrations: testMigrations, clock: systemClock })
}
