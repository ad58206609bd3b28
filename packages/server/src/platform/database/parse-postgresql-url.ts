import { DatabaseError } from './database-error.ts'

export interface PostgresqlHost {
  /** A name, an address, or the folder of a socket, which begins with a slash. */
  readonly host: string
  readonly port: number
}

/** Files are read whenever a connection is opened: a certificate that was renewed needs no restart. */
export interface PostgresqlTls {
  /** Which certificates are taken: any, one of the authority, or one of the authority for the host's name. */
  readonly mode: 'require' | 'verify-ca' | 'verify-full'
  /** Certificates of authorities, in PEM. Absent: those that Node.js brings. */
  readonly rootCertificateFile?: string
  /** Our own certificate and its key, in PEM. */
  readonly certificateFile?: string
  readonly keyFile?: string
}

/** Where a PostgreSQL database is and how it is reached. */
export interface PostgresqlAddress {
  readonly dialect: 'postgresql'
  /** In the order in which they are tried; one at least. */
  readonly hosts: readonly PostgresqlHost[]
  readonly user?: string
  readonly password?: string
  readonly database?: string
  /** Absent: no TLS. */
  readonly tls?: PostgresqlTls
  readonly requiresChannelBinding: boolean
  /** Whether a server that takes no writes will do. */
  readonly takesReadOnly: boolean
  /** Whether a pooler stands between, which lends a connection for one transaction at a time. */
  readonly isPooledByTransaction: boolean
  readonly mostConnections: number
  readonly connectTimeoutMilliseconds: number
  readonly applicationName?: string
  /** Command-line options for the server's session. */
  readonly options?: string
  /** The servers, user and database, without the password or any other parameter. */
  readonly shown: string
}

/** PostgreSQL's default of 100 connections serves eight instances and leaves some for the operator. */
const defaultMostConnections = 10
const defaultPort = 5432
const defaultTimeoutSeconds = 5
/** Of several hosts one that is gone for good must not hold up those who wait for the next. */
const defaultTimeoutSecondsOfSeveral = 2

const takenParameters = [
  ...['host', 'port', 'user', 'password', 'dbname', 'application_name', 'options', 'connect_timeout'],
  ...['sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'channel_binding', 'target_session_attrs', 'pooler', 'pool_max'],
] as const
type Parameter = (typeof takenParameters)[number]
type Parameters = ReadonlyMap<Parameter, string>

/**
 * Reads `postgres://user:password@host:port,host:port/database?name=value`, with libpq's parameters and two of our own: `pooler` and
 * `pool_max`.
 *
 * @throws DatabaseError `bad_url`
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS
 */
export function parsePostgresqlUrl(text: string): PostgresqlAddress {
  const parts =
    /^postgres(?:ql)?:\/\/(?:(?<login>[^/?#]*)@)?(?<hosts>[^/?#@]*)(?:\/(?<path>[^?#]*))?(?:\?(?<query>[^#]*))?$/.exec(
      text,
    )?.groups
  const isText = text.isWellFormed() && !/\0|%00/.test(text)
  if (!parts || !isText) throw badUrl('is no valid postgres:// URL: write special characters of the password as %XX')
  const parameters = parseParameters(parts.query ?? '', { mayName: parts.login !== undefined })
  const [user, password] = splitOnce(parts.login ?? '', ':').map(decode)
  const hosts = parseHosts(parts.hosts ?? '', parameters)
  const login = {
    user: parameters.get('user') || user,
    password: parameters.get('password') || password,
    database: parameters.get('dbname') || decode(parts.path ?? ''),
    applicationName: parameters.get('application_name'),
    options: parameters.get('options'),
    tls: parseTls(parameters),
  }
  const shownUser = login.user ? `${encodeURIComponent(login.user)}@` : ''
  return {
    dialect: 'postgresql',
    hosts,
    ...definedOf(login),
    requiresChannelBinding: parseChannelBinding(parameters, login.tls),
    takesReadOnly: choose(parameters, 'target_session_attrs', ['read-write', 'primary', 'any']) === 'any',
    isPooledByTransaction: choose(parameters, 'pooler', ['none', 'transaction']) === 'transaction',
    mostConnections: parseCount(parameters, 'pool_max', 1000) ?? defaultMostConnections,
    connectTimeoutMilliseconds: 1000 * (parseCount(parameters, 'connect_timeout', 600) ?? timeoutFor(hosts)),
    shown: `postgres://${shownUser}${hosts.map(showHost).join(',')}/${encodeURIComponent(login.database ?? '')}`,
  }
}

/** A password in which `?` was not written as %3F ends here: then the name is not repeated. */
function parseParameters(query: string, { mayName }: { readonly mayName: boolean }): Parameters {
  const parameters = new Map<Parameter, string>()
  for (const [name, value] of new URLSearchParams(query.replaceAll('+', '%2B'))) {
    const known = takenParameters.find((taken) => taken === name)
    if (!known)
      throw badUrl(`has a parameter${mayName ? `, ${name},` : ''} that is none of ${takenParameters.join(', ')}`)
    parameters.set(known, value)
  }
  return parameters
}

/** Several hosts may share one port, and else have one each. */
function parseHosts(authority: string, parameters: Parameters): readonly PostgresqlHost[] {
  const given = authority.split(',').map((text) => {
    const [, host = '', port] = /^(\[[^\]]*\]|[^:]*)(?::(\d*))?$/.exec(text) ?? []
    if (host === '' && text !== '' && !text.startsWith(':')) throw badUrl('has a host that is not written as host:port')
    const name = decode(host).replace(/^\[(.*)\]$/, '$1')
    // A login with it would be shown as a host is. Abstract sockets begin with one.
    if (name.lastIndexOf('@') > 0) throw badUrl('has its @ encoded: write the @ between login and host as it is')
    return { host: name, port: port ?? '' }
  })
  const names = parameters.get('host')?.split(',') ?? given.map(({ host }) => host)
  const ports = parameters.get('port')?.split(',') ?? given.map(({ port }) => port)
  return names.map((host, index) => ({ host: host || 'localhost', port: parsePort(ports[index] ?? ports[0] ?? '') }))
}

function parsePort(text: string): number {
  if (text === '') return defaultPort
  const port = Number(text)
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535) throw badUrl('has a port that is no number from 1 to 65535')
  return port
}

const tlsModes = ['disable', 'require', 'verify-ca', 'verify-full'] as const

/** `prefer`, libpq's default, would go on in plain text when somebody in between says that the server has no TLS. */
function parseTls(parameters: Parameters): PostgresqlTls | undefined {
  const named = parameters.get('sslrootcert')
  const rootCertificateFile = named === 'system' ? undefined : named
  const [certificateFile, keyFile] = [parameters.get('sslcert'), parameters.get('sslkey')]
  if ((certificateFile === undefined) !== (keyFile === undefined)) throw badUrl('needs both of sslcert and sslkey')
  const namesFiles = named !== undefined || certificateFile !== undefined
  const mode = choose(parameters, 'sslmode', tlsModes) ?? (namesFiles ? 'verify-full' : 'disable')
  if (mode === 'disable') return undefined
  if (mode === 'verify-ca' && rootCertificateFile === undefined) throw badUrl('needs sslrootcert for sslmode=verify-ca')
  // As libpq has it: who names an authority wants it asked.
  const asked = mode === 'require' && rootCertificateFile !== undefined ? 'verify-ca' : mode
  return { mode: asked, ...definedOf({ rootCertificateFile, certificateFile, keyFile }) }
}

/** Whether it is required: what can be had without TLS is none. */
function parseChannelBinding(parameters: Parameters, tls: PostgresqlTls | undefined): boolean {
  const isRequired = choose(parameters, 'channel_binding', ['prefer', 'require', 'disable']) === 'require'
  if (isRequired && tls === undefined) throw badUrl('needs sslmode for channel_binding=require')
  return isRequired
}

function choose<Value extends string>(
  parameters: Parameters,
  name: Parameter,
  values: readonly Value[],
): Value | undefined {
  const text = parameters.get(name)
  if (text === undefined) return undefined
  const value = values.find((candidate) => candidate === text)
  if (value === undefined) throw badUrl(`has ${name}=${text}, which must be one of ${values.join(', ')}`)
  return value
}

function parseCount(parameters: Parameters, name: Parameter, most: number): number | undefined {
  const text = parameters.get(name)
  if (text === undefined) return undefined
  const count = Number(text)
  if (!/^\d+$/.test(text) || count < 1 || count > most) throw badUrl(`has ${name}=${text}, which must be 1 to ${most}`)
  return count
}

function timeoutFor(hosts: readonly PostgresqlHost[]): number {
  return hosts.length > 1 ? defaultTimeoutSecondsOfSeveral : defaultTimeoutSeconds
}

function showHost({ host, port }: PostgresqlHost): string {
  const name = host.includes(':') ? `[${host}]` : host.replaceAll('@', '%40')
  return port === defaultPort ? name : `${name}:${port}`
}

function splitOnce(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator)
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw badUrl('is no valid postgres:// URL: write special characters of the password as %XX')
  }
}

type Defined<T> = { readonly [Name in keyof T]?: Exclude<T[Name], undefined> }

/** Without what is absent or empty. */
function definedOf<T extends Readonly<Record<string, unknown>>>(values: T): Defined<T> {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined && value !== '')
  return Object.fromEntries(entries) as Defined<T>
}

function badUrl(what: string): DatabaseError {
  return new DatabaseError('bad_url', `The database URL ${what}.`)
}
