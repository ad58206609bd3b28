import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import type { ConnectionOptions } from 'node:tls'
import { Client, type ClientConfig, types } from 'pg'
import { DatabaseError } from './database-error.ts'
import type { PostgresqlAddress, PostgresqlHost, PostgresqlTls } from './parse-postgresql-url.ts'
import { bindsNotToCertificate, explainConnecting, takesNoWrites } from './postgresql-error.ts'

/** Later than a unit's own limit, so that what waits for a lock is told so, and the connection stays. */
export const LOCK_TIMEOUT_MS = 4000
export const STATEMENT_TIMEOUT_MS = 10_000
/** The server itself ends a transaction that is left open, should this process hang; later than our own limit would. */
export const IDLE_IN_TRANSACTION_MS = 15_000
/** A network that swallows everything tells nobody: then the connection is given up. Later than the server's own limit. */
const ANSWER_TIMEOUT_MS = 12_000
/** For what is read at once or is worth nothing: guards call the feed stale after three seconds. */
export const URGENT_ANSWER_TIMEOUT_MS = 2000
const FAREWELL_MS = 500
/** For what may take as long as it takes. */
export const NO_ANSWER_TIMEOUT_MS = 2_147_483_647

/**
 * Opens a connection to the first of the servers that answers and takes writes.
 *
 * @throws DatabaseError `server_unreachable`, `server_read_only`, `credentials_refused`, `certificate_refused`, `tls_refused`,
 * `database_missing`, `permission_denied`, `pooler_refuses`, `busy`, `bad_url`
 */
export async function openConnection(address: PostgresqlAddress): Promise<Client> {
  const refusals: DatabaseError[] = []
  for (const host of address.hosts) {
    try {
      return await openAt(address, host)
    } catch (error) {
      refusals.push(explainConnecting(error, address.shown))
    }
  }
  throw mostTelling(refusals, address)
}

async function openAt(address: PostgresqlAddress, host: PostgresqlHost): Promise<Client> {
  const client = new Client(configure(address, host))
  // Without a listener, losing it would end the process; whoever uses it is told by the statement.
  client.on('error', () => {})
  const isBound = address.requiresChannelBinding ? requireChannelBinding(client, address.shown) : () => true
  try {
    await client.connect()
    // What came with the refused message was read as well.
    if (!isBound()) throw bindsNotToCertificate(address.shown)
    if (!address.takesReadOnly && (await isReadOnly(client, address))) throw takesNoWrites(address.shown)
    return client
  } catch (error) {
    void endClient(client)
    throw error
  }
}

/** Takes leave of the server. Where nothing arrives, nobody answers that, and the process could not end: so it is not waited for long. */
export async function endClient(client: Client): Promise<void> {
  const { stream } = client.connection
  const timer = setTimeout(() => stream.destroy(), FAREWELL_MS)
  await client.end().catch(() => {})
  clearTimeout(timer)
}

/**
 * Ends the connection before anything made of the password is sent, unless the server has it bound to its certificate, and proves in turn that it knows it. The driver
 * by itself takes whatever the server asks for, be it the password in clear. Gives whether it was proved.
 *
 * @see RFC 5802 §6, https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-CHANNEL-BINDING
 */
function requireChannelBinding({ connection }: Client, shown: string): () => boolean {
  let isProved = false
  const refuse = () => connection.stream.destroy(bindsNotToCertificate(shown))
  connection.on('authenticationCleartextPassword', refuse)
  connection.on('authenticationMD5Password', refuse)
  connection.on('authenticationSASL', ({ mechanisms }: { readonly mechanisms: readonly string[] }) => {
    if (!mechanisms.includes('SCRAM-SHA-256-PLUS')) refuse()
  })
  // The driver has the connection end when that proof is wrong.
  connection.on('authenticationSASLFinal', () => {
    isProved = true
  })
  connection.on('authenticationOk', () => isProved || refuse())
  return () => isProved
}

/** Who takes connections and answers nothing must not hold up those who wait for the next host. */
async function isReadOnly(client: Client, { connectTimeoutMilliseconds }: PostgresqlAddress): Promise<boolean> {
  const asked = { text: 'SHOW transaction_read_only', query_timeout: connectTimeoutMilliseconds }
  const { rows } = await client.query<{ transaction_read_only: string }>(asked)
  return rows[0]?.transaction_read_only === 'on'
}

/** That none can be reached is told last: what another one said leads further. */
function mostTelling(refusals: readonly DatabaseError[], { hosts, shown }: PostgresqlAddress): DatabaseError {
  const vague: readonly string[] = ['server_unreachable', 'server_read_only']
  const telling = refusals.find(({ code }) => !vague.includes(code)) ?? refusals[0]
  if (telling !== undefined && (hosts.length === 1 || !vague.includes(telling.code))) return telling
  const isAnyReadOnly = refusals.some(({ code }) => code === 'server_read_only')
  const reason = isAnyReadOnly ? 'those that answer are standbys' : 'none answers'
  return new DatabaseError(
    'server_unreachable',
    `No PostgreSQL server at ${shown} takes writes (${reason}): start the primary, or promote a standby.`,
    new AggregateError(refusals),
  )
}

function configure(address: PostgresqlAddress, { host, port }: PostgresqlHost): ClientConfig {
  const { user, password, database, applicationName, options, tls, isPooledByTransaction } = address
  return {
    host,
    port,
    ...(user !== undefined && { user }),
    ...(password !== undefined && { password }),
    ...(database !== undefined && { database }),
    ...(options !== undefined && { options }),
    // Longer names are cut off by the server, at their end.
    application_name: applicationName ?? `ostiary ${process.pid}@${hostname()}`,
    ssl: tls === undefined ? false : configureTls(tls),
    enableChannelBinding: address.requiresChannelBinding,
    connectionTimeoutMillis: address.connectTimeoutMilliseconds,
    query_timeout: ANSWER_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    pipeline: true,
    types: { getTypeParser },
    // A pooler would hand a connection on with what one client has set on it, and refuses what it can't follow.
    ...(!isPooledByTransaction && {
      statement_timeout: STATEMENT_TIMEOUT_MS,
      lock_timeout: LOCK_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    }),
  }
}

/** @see https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-SSLMODE-STATEMENTS */
function configureTls({ mode, rootCertificateFile, certificateFile, keyFile }: PostgresqlTls): ConnectionOptions {
  return {
    rejectUnauthorized: mode !== 'require',
    // The name is not looked at: whoever has a certificate of that authority is taken.
    ...(mode === 'verify-ca' && { checkServerIdentity: () => undefined }),
    ...(rootCertificateFile !== undefined && { ca: readPem('sslrootcert', rootCertificateFile) }),
    ...(certificateFile !== undefined && { cert: readPem('sslcert', certificateFile) }),
    ...(keyFile !== undefined && { key: readPem('sslkey', keyFile) }),
  }
}

function readPem(parameter: string, path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'no reason given'
    throw new DatabaseError('bad_url', `The file ${path} of ${parameter} can't be read (${reason}).`, error)
  }
}

/** BIGINT, and the NUMERIC of a sum over it, as numbers: as SQLite gives them. */
const numberTypes: ReadonlySet<number> = new Set([types.builtins.INT8, types.builtins.NUMERIC])

// Of these connections alone: pg's own table of parsers is global.
function getTypeParser(type: number, format?: 'text' | 'binary'): (value: string) => unknown {
  return format !== 'binary' && numberTypes.has(type) ? parseNumber : types.getTypeParser(type, 'text')
}

function parseNumber(text: string): number {
  const number = Number(text)
  if (Number.isInteger(number) && !Number.isSafeInteger(number)) {
    throw new RangeError(`The database holds ${text}, which is beyond the whole numbers that JavaScript has.`)
  }
  return number
}
