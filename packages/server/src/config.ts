import { existsSync, readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import path from 'node:path'
import { type Static, type TSchema, Type } from 'typebox'
import { Value } from 'typebox/value'
import { type Argon2Parameters, minimumParameters, validateParameters } from './domain/credentials/argon2-parameters.ts'
import { parseMailFrom } from './domain/mails/parse-mail-from.ts'
import { parseDatabaseUrl } from './platform/database/parse-database-url.ts'
import { readTheme, ThemeError, type ThemeSettings } from './platform/html/read-theme.ts'
import type { Theme } from './platform/html/theme.ts'
import { isLoopbackHost } from './platform/http/is-loopback-host.ts'
import { type LogLevel, logLevels } from './platform/log/create-log.ts'
import type { Mailbox } from './platform/mail/mail-transport.ts'
import { parseSmtpUrl } from './platform/mail/parse-smtp-url.ts'
import { readTracingSettings, type TracingSettings, TracingSettingsError } from './platform/tracing/tracing-settings.ts'

const registrationModes = ['off', 'token', 'open'] as const
export type RegistrationMode = (typeof registrationModes)[number]

const organizationCreators = ['operator', 'people'] as const
export type OrganizationCreators = (typeof organizationCreators)[number]

const adminFactors = ['required', 'optional'] as const
export type AdminFactor = (typeof adminFactors)[number]

const signUpModes = ['open', 'invitation', 'closed'] as const
export type SignUpMode = (typeof signUpModes)[number]

/** Everything that can be set, checked once, frozen. */
export interface Config {
  /** The issuer identifier, byte for byte as tokens and metadata carry it (RFC 8414 §2). */
  readonly issuer: string
  readonly host: string
  readonly port: number
  /** `sqlite:<path>` or `postgres://…` */
  readonly databaseUrl: string
  readonly dataDir: string
  /** The newest first; empty when neither OSTIARY_SECRET nor the data folder's secret file gives one. */
  readonly secrets: readonly string[]
  /** Addresses or networks of proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[]
  readonly logLevel: LogLevel
  /** Hosts whose documents may describe clients: `*` is any, `*.example.com` any below it; empty: none. */
  readonly clientDocumentHosts: readonly string[]
  /** Who may register a client by `POST /register` (RFC 7591): nobody, whoever holds an initial access token, or anybody. */
  readonly registration: RegistrationMode
  /** Who may open an account by themselves: anybody, who was invited, or nobody. */
  readonly signUp: SignUpMode
  /** Whether people may sign in by a mail alone. */
  readonly emailLogin: boolean
  /** Who is asked whether a person sends a form that sends a mail. Absent: everybody is taken for a person. */
  readonly verifyHumanUrl: string | undefined
  /** `smtp://…` or `smtps://…`; it may hold a password. Absent: mails are kept until they expire, and nobody gets them. */
  readonly smtpUrl: string | undefined
  /** Whom mails are from. */
  readonly mailFrom: Mailbox
  /** How many days an account that its person wants deleted can still be kept; 0: it is deleted at once. */
  readonly deletionGraceDays: number
  /** After how many days the contents of audited events go; what proves the others stays. Absent: they are kept. */
  readonly auditRetentionDays: number | undefined
  /** Who creates organizations: the operator alone, or people on their account page as well. */
  readonly organizationCreation: OrganizationCreators
  /** Whether webhooks reach addresses that are not of the public internet, and loopback without TLS. Only for development. */
  readonly webhooksDangerouslyReachPrivateNetworks: boolean
  /** Whether people prove a second factor, or a passkey, to administer this server. */
  readonly adminFactor: AdminFactor
  /** Whether administrators may act as people, briefly, at APIs. */
  readonly impersonation: boolean
  /** What a new password hash costs; hashes of a lower cost are replaced at the next login. */
  readonly passwordCost: Argon2Parameters
  /** Where spans are sent; absent: nowhere, and none are made. */
  readonly tracing: TracingSettings | undefined
  /** The look of pages and mails. */
  readonly theme: Theme
  /** Where each setting's value is from; absent: from nowhere, so that it has its default. */
  readonly sources: Readonly<Partial<Record<SettingName, 'environment' | 'file'>>>
}

export type SettingName = Exclude<keyof Config, 'sources'>

/** The environment variable of each setting; undefined: it stands in `ostiary.json` alone. */
export const settingVariables: Readonly<Record<SettingName, string | undefined>> = {
  issuer: 'OSTIARY_ISSUER',
  host: 'OSTIARY_HOST',
  port: 'OSTIARY_PORT',
  databaseUrl: 'OSTIARY_DATABASE_URL',
  dataDir: 'OSTIARY_DATA_DIR',
  secrets: 'OSTIARY_SECRET',
  trustedProxies: 'OSTIARY_TRUSTED_PROXIES',
  logLevel: 'OSTIARY_LOG_LEVEL',
  clientDocumentHosts: 'OSTIARY_CLIENT_DOCUMENT_HOSTS',
  registration: 'OSTIARY_REGISTRATION',
  signUp: 'OSTIARY_SIGN_UP',
  emailLogin: 'OSTIARY_EMAIL_LOGIN',
  verifyHumanUrl: 'OSTIARY_VERIFY_HUMAN_URL',
  smtpUrl: 'OSTIARY_SMTP_URL',
  mailFrom: 'OSTIARY_MAIL_FROM',
  deletionGraceDays: 'OSTIARY_DELETION_GRACE_DAYS',
  auditRetentionDays: 'OSTIARY_AUDIT_RETENTION_DAYS',
  organizationCreation: 'OSTIARY_ORGANIZATION_CREATION',
  webhooksDangerouslyReachPrivateNetworks: 'OSTIARY_WEBHOOKS_DANGEROUSLY_REACH_PRIVATE_NETWORKS',
  adminFactor: 'OSTIARY_ADMIN_FACTOR',
  impersonation: 'OSTIARY_IMPERSONATION',
  passwordCost: undefined,
  tracing: 'OTEL_EXPORTER_OTLP_ENDPOINT',
  theme: undefined,
}

/** A setting is wrong. The message is one sentence that names the setting and says what it may be. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError'
  readonly code = 'configuration'
  readonly setting: string
  constructor(setting: string, message: string) {
    super(message)
    this.setting = setting
  }
}

export interface ConfigSources {
  /** Default: the process's own. */
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** Where `ostiary.json` may be, and where a relative data folder begins. Default: the working folder. */
  readonly folder?: string
  /** What `ostiary.json` would say. Default: what it says. */
  readonly file?: SettingsFile
  /** Default `info`. */
  readonly defaultLogLevel?: LogLevel
  /** Default `required`. */
  readonly defaultAdminFactor?: AdminFactor
}

const ConfigFile = Type.Object(
  {
    issuer: Type.Optional(Type.String()),
    host: Type.Optional(Type.String()),
    port: Type.Optional(Type.Integer()),
    databaseUrl: Type.Optional(Type.String()),
    dataDir: Type.Optional(Type.String()),
    trustedProxies: Type.Optional(Type.Array(Type.String())),
    logLevel: Type.Optional(Type.String()),
    clientDocumentHosts: Type.Optional(Type.Array(Type.String())),
    registration: Type.Optional(Type.String()),
    signUp: Type.Optional(Type.String()),
    emailLogin: Type.Optional(Type.Boolean()),
    verifyHumanUrl: Type.Optional(Type.String()),
    smtpUrl: Type.Optional(Type.String()),
    mailFrom: Type.Optional(Type.String()),
    deletionGraceDays: Type.Optional(Type.Integer()),
    auditRetentionDays: Type.Optional(Type.Integer()),
    organizationCreation: Type.Optional(Type.String()),
    impersonation: Type.Optional(Type.Boolean()),
    webhooksDangerouslyReachPrivateNetworks: Type.Optional(Type.Boolean()),
    adminFactor: Type.Optional(Type.String()),
    passwordCost: Type.Optional(
      Type.Object({ memoryKibibytes: Type.Integer(), passes: Type.Integer(), parallelism: Type.Integer() }),
    ),
    theme: Type.Optional(
      Type.Object(
        {
          name: Type.Optional(Type.String()),
          logo: Type.Optional(Type.String()),
          logoDark: Type.Optional(Type.String()),
          icon: Type.Optional(Type.String()),
          accent: Type.Optional(Type.Object({ light: Type.String(), dark: Type.String() })),
          termsUrl: Type.Optional(Type.String()),
          privacyUrl: Type.Optional(Type.String()),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
)
type ConfigFile = Static<typeof ConfigFile>

/** What `ostiary.json` says; `loadConfig` checks it. */
export type SettingsFile = Readonly<Record<string, unknown>>

/** The JSON schema of `ostiary.json`. */
export const settingsFileSchema: TSchema = ConfigFile

const CONFIG_FILE = 'ostiary.json'

/**
 * Reads the settings: environment first, then `ostiary.json` in the working folder, then defaults.
 *
 * @throws ConfigurationError for the first setting that is wrong.
 */
export function loadConfig({
  environment = process.env,
  folder = process.cwd(),
  defaultLogLevel = 'info',
  defaultAdminFactor = 'required',
  file: content = readSettingsFile(folder),
}: ConfigSources = {}): Config {
  const file = checkSettingsFile(content)
  const host = environment.OSTIARY_HOST || file.host || '127.0.0.1'
  const port = parsePort(environment.OSTIARY_PORT || String(file.port ?? 4000))
  const dataDir = path.resolve(folder, environment.OSTIARY_DATA_DIR || file.dataDir || 'data')
  const theme = parseTheme(file.theme, folder)
  const issuer = parseIssuer(environment.OSTIARY_ISSUER || file.issuer || defaultIssuer(host, port))
  const secrets = readSecrets(environment.OSTIARY_SECRET, dataDir)
  return Object.freeze({
    issuer,
    host,
    port,
    databaseUrl: checkDatabaseUrl(
      environment.OSTIARY_DATABASE_URL || file.databaseUrl || `sqlite:${path.join(dataDir, 'ostiary.db')}`,
    ),
    dataDir,
    secrets: Object.freeze(secrets),
    trustedProxies: Object.freeze(readTrustedProxies(environment.OSTIARY_TRUSTED_PROXIES, file)),
    logLevel: parseLogLevel(environment.OSTIARY_LOG_LEVEL || file.logLevel || defaultLogLevel),
    clientDocumentHosts: Object.freeze(readDocumentHosts(environment.OSTIARY_CLIENT_DOCUMENT_HOSTS, file)),
    registration: parseRegistration(environment.OSTIARY_REGISTRATION || file.registration || 'off'),
    signUp: parseSignUp(environment.OSTIARY_SIGN_UP || file.signUp || 'invitation'),
    emailLogin: parseSwitch('OSTIARY_EMAIL_LOGIN', environment.OSTIARY_EMAIL_LOGIN, file.emailLogin),
    verifyHumanUrl: checkVerifierUrl(environment.OSTIARY_VERIFY_HUMAN_URL || file.verifyHumanUrl),
    ...readMailSettings(environment, file, { name: theme.name, issuer }),
    deletionGraceDays: readGraceDays(environment.OSTIARY_DELETION_GRACE_DAYS, file),
    auditRetentionDays: readRetentionDays(environment.OSTIARY_AUDIT_RETENTION_DAYS, file),
    organizationCreation: parseOrganizationCreation(
      environment.OSTIARY_ORGANIZATION_CREATION || file.organizationCreation || 'operator',
    ),
    webhooksDangerouslyReachPrivateNetworks: parseSwitch(
      'OSTIARY_WEBHOOKS_DANGEROUSLY_REACH_PRIVATE_NETWORKS',
      environment.OSTIARY_WEBHOOKS_DANGEROUSLY_REACH_PRIVATE_NETWORKS,
      file.webhooksDangerouslyReachPrivateNetworks,
    ),
    adminFactor: parseAdminFactor(environment.OSTIARY_ADMIN_FACTOR || file.adminFactor || defaultAdminFactor),
    impersonation: parseSwitch('OSTIARY_IMPERSONATION', environment.OSTIARY_IMPERSONATION, file.impersonation),
    passwordCost: Object.freeze(parsePasswordCost(file.passwordCost ?? minimumParameters)),
    tracing: parseTracing(environment),
    theme,
    sources: Object.freeze(findSources(environment, { ...file, secrets: secrets.length > 0 ? secrets : undefined })),
  })
}

/** An empty variable counts as none, everywhere. */
function findSources(
  environment: Readonly<Record<string, string | undefined>>,
  file: Readonly<Partial<Record<SettingName, unknown>>>,
): Config['sources'] {
  const names = Object.keys(settingVariables) as SettingName[]
  const sources = names.map((name) => {
    const variable = settingVariables[name]
    if (variable !== undefined && environment[variable]?.trim()) return [name, 'environment'] as const
    return [name, file[name] === undefined ? undefined : ('file' as const)] as const
  })
  return Object.fromEntries(sources.filter(([, source]) => source !== undefined))
}

export function settingsFile(folder: string): string {
  return path.join(folder, CONFIG_FILE)
}

/** Where a data folder keeps its own secret, when OSTIARY_SECRET does not give one. */
export function secretFile(dataDir: string): string {
  return path.join(dataDir, 'secret')
}

/**
 * What `ostiary.json` in a folder says; nothing where there is none.
 *
 * @throws ConfigurationError
 */
export function readSettingsFile(folder: string): SettingsFile {
  const file = settingsFile(folder)
  if (!existsSync(file)) return {}
  let content: unknown
  try {
    content = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    const what =
      error instanceof SyntaxError ? 'is not JSON. Mend' : 'cannot be read. Give this user the right to read it,'
    throw new ConfigurationError(CONFIG_FILE, `${CONFIG_FILE} ${what} or remove ${file}.`)
  }
  return content as SettingsFile
}

function checkSettingsFile(content: unknown): ConfigFile {
  if (Value.Check(ConfigFile, content)) return content
  const [error] = Value.Errors(ConfigFile, content)
  const known = Object.keys(ConfigFile.properties).join(', ')
  throw new ConfigurationError(
    CONFIG_FILE,
    `${CONFIG_FILE}: ${error?.instancePath.slice(1) || 'the file'} ${error?.message ?? 'is wrong'}. It may set: ${known}.`,
  )
}

function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (port >= 1 && port <= 65535) return port
  throw new ConfigurationError('OSTIARY_PORT', `OSTIARY_PORT must be a number from 1 to 65535, not "${text}".`)
}

function defaultIssuer(host: string, port: number): string {
  if (isLoopbackHost(host)) return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
  throw new ConfigurationError(
    'OSTIARY_ISSUER',
    `OSTIARY_ISSUER must be set when OSTIARY_HOST is not a loopback address: the https URL that people and APIs reach this server at.`,
  )
}

/** RFC 8414 §2: an https URL without query or fragment. Plain http is taken on loopback only. */
function parseIssuer(text: string): string {
  const wrong = (why: string) =>
    new ConfigurationError(
      'OSTIARY_ISSUER',
      `OSTIARY_ISSUER ${why}, for example https://login.example.com; it is "${text}".`,
    )
  if (!URL.canParse(text)) throw wrong('must be a URL')
  const url = new URL(text)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw wrong('must be an https URL')
  if (url.username || url.password)
    throw new ConfigurationError('OSTIARY_ISSUER', 'OSTIARY_ISSUER must not hold credentials.')
  if (text.includes('?') || text.includes('#')) throw wrong('must have no query and no fragment')
  if (text.endsWith('/')) throw wrong('must not end with a slash')
  if (url.protocol === 'http:' && !isLoopbackHost(url.hostname))
    throw wrong('must use https unless its host is a loopback address')
  // Compared byte for byte by every client, so only one spelling is taken.
  if (url.href !== text && url.href !== `${text}/`)
    throw wrong(`must be written in its normal form ${url.href.replace(/\/$/, '')}`)
  return text
}

function checkDatabaseUrl(text: string): string {
  try {
    parseDatabaseUrl(text)
    return text
  } catch (error) {
    throw new ConfigurationError('OSTIARY_DATABASE_URL', error instanceof Error ? error.message : String(error))
  }
}

function readSecrets(text: string | undefined, dataDir: string): string[] {
  const given = text?.trim()
  if (given) return given.split(',').map((secret) => secret.trim())
  const file = secretFile(dataDir)
  if (!existsSync(file)) return []
  try {
    return readFileSync(file, 'utf8')
      .trim()
      .split(/[\s,]+/)
  } catch {
    throw new ConfigurationError(
      'OSTIARY_SECRET',
      `The secret in ${file} cannot be read. Check its owner and permissions.`,
    )
  }
}

function readTrustedProxies(variable: string | undefined, { trustedProxies = [] }: ConfigFile): string[] {
  const texts = variable ? variable.split(',') : trustedProxies
  const entries = texts.map((text) => text.trim()).filter((text) => text !== '')
  for (const entry of entries) {
    const [address = '', prefix, ...rest] = entry.split('/')
    const bits = isIP(address) === 6 ? 128 : 32
    const fits = prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits)
    if (isIP(address) === 0 || !fits || rest.length > 0) {
      throw new ConfigurationError(
        'OSTIARY_TRUSTED_PROXIES',
        `OSTIARY_TRUSTED_PROXIES must list IP addresses or networks such as 10.0.0.0/8, separated by commas; "${entry}" is neither.`,
      )
    }
  }
  return entries
}

function readDocumentHosts(variable: string | undefined, { clientDocumentHosts = ['*'] }: ConfigFile): string[] {
  return parseDocumentHosts((variable || undefined)?.split(',') ?? clientDocumentHosts)
}

/** `none`, or nothing in the file's list, turns them off. */
function parseDocumentHosts(texts: readonly string[]): string[] {
  const hosts = texts.map((text) => text.trim()).filter((text) => text !== '')
  if (hosts.length === 1 && hosts[0] === 'none') return []
  const wrong = hosts.find((host) => !/^(\*|(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)+)$/.test(host))
  if (wrong === undefined) return hosts
  throw new ConfigurationError(
    'OSTIARY_CLIENT_DOCUMENT_HOSTS',
    `OSTIARY_CLIENT_DOCUMENT_HOSTS must be * or none, or list hosts such as claude.ai or *.example.com in small letters, separated by commas; "${wrong}" is neither.`,
  )
}

function parseRegistration(text: string): RegistrationMode {
  const mode = registrationModes.find((candidate) => candidate === text)
  if (mode) return mode
  throw new ConfigurationError(
    'OSTIARY_REGISTRATION',
    `OSTIARY_REGISTRATION must be one of ${registrationModes.join(', ')}, not "${text}".`,
  )
}

function readMailSettings(
  environment: Readonly<Record<string, string | undefined>>,
  file: ConfigFile,
  fallback: { readonly name: string; readonly issuer: string },
): Pick<Config, 'smtpUrl' | 'mailFrom'> {
  const from = environment.OSTIARY_MAIL_FROM || file.mailFrom
  return {
    smtpUrl: checkSmtpUrl(environment.OSTIARY_SMTP_URL || file.smtpUrl),
    mailFrom: Object.freeze(from === undefined ? defaultMailFrom(fallback) : readMailFrom(from)),
  }
}

function parseSignUp(text: string): SignUpMode {
  const mode = signUpModes.find((candidate) => candidate === text)
  if (mode) return mode
  throw new ConfigurationError(
    'OSTIARY_SIGN_UP',
    `OSTIARY_SIGN_UP must be one of ${signUpModes.join(', ')}, not "${text}".`,
  )
}

/** What it is told may be told to nobody on the way. */
function checkVerifierUrl(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopbackHost(url.hostname))) return text
  throw new ConfigurationError(
    'OSTIARY_VERIFY_HUMAN_URL',
    'OSTIARY_VERIFY_HUMAN_URL must be an https URL, or an http URL of this machine, for example http://127.0.0.1:5000/captcha.',
  )
}

function parseSwitch(setting: string, text: string | undefined, inFile = false): boolean {
  if (!text) return inFile
  if (text === 'on' || text === 'off') return text === 'on'
  throw new ConfigurationError(setting, `${setting} must be on or off, not "${text}".`)
}

/** What is wrong is told without the URL: it may hold a password. */
function checkSmtpUrl(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const parsed = parseSmtpUrl(text)
  if (parsed.ok) return text
  throw new ConfigurationError(
    'OSTIARY_SMTP_URL',
    `OSTIARY_SMTP_URL ${parsed.what}, for example smtps://user:password@smtp.example.com.`,
  )
}

function defaultMailFrom({ name, issuer }: { readonly name: string; readonly issuer: string }): Mailbox {
  const { hostname } = new URL(issuer)
  return { name, address: `no-reply@${isLoopbackHost(hostname) ? 'localhost' : hostname}` }
}

function readMailFrom(text: string): Mailbox {
  const from = parseMailFrom(text)
  if (from) return from
  throw new ConfigurationError(
    'OSTIARY_MAIL_FROM',
    `OSTIARY_MAIL_FROM must be an e-mail address, or a name and one, such as Example <no-reply@example.com>; it is "${text}".`,
  )
}

/** Its files stand beside `ostiary.json`. */
function parseTheme(settings: ThemeSettings | undefined, folder: string): Theme {
  try {
    return readTheme(settings ?? {}, (file) => readFileSync(path.resolve(folder, file)))
  } catch (error) {
    if (!(error instanceof ThemeError)) throw error
    throw new ConfigurationError(CONFIG_FILE, `${CONFIG_FILE}: theme.${error.message}`)
  }
}

function parseTracing(environment: Readonly<Record<string, string | undefined>>): TracingSettings | undefined {
  try {
    return readTracingSettings(environment)
  } catch (error) {
    if (!(error instanceof TracingSettingsError)) throw error
    throw new ConfigurationError(error.setting, error.message)
  }
}

function readGraceDays(variable: string | undefined, { deletionGraceDays = 14 }: ConfigFile): number {
  const text = variable || String(deletionGraceDays)
  const days = /^\d{1,3}$/.test(text) ? Number(text) : Number.NaN
  if (days <= 365) return days
  throw new ConfigurationError(
    'OSTIARY_DELETION_GRACE_DAYS',
    `OSTIARY_DELETION_GRACE_DAYS must be a number of days from 0 to 365, not "${text}".`,
  )
}

function readRetentionDays(variable: string | undefined, { auditRetentionDays }: ConfigFile): number | undefined {
  const text = variable || auditRetentionDays?.toString()
  if (text === undefined) return undefined
  const days = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (days >= 1 && days <= 36_500) return days
  throw new ConfigurationError(
    'OSTIARY_AUDIT_RETENTION_DAYS',
    `OSTIARY_AUDIT_RETENTION_DAYS must be a number of days from 1 to 36500, not "${text}".`,
  )
}

function parseOrganizationCreation(text: string): OrganizationCreators {
  const creators = organizationCreators.find((candidate) => candidate === text)
  if (creators) return creators
  throw new ConfigurationError(
    'OSTIARY_ORGANIZATION_CREATION',
    `OSTIARY_ORGANIZATION_CREATION must be one of ${organizationCreators.join(', ')}, not "${text}".`,
  )
}

function parseAdminFactor(text: string): AdminFactor {
  const factor = adminFactors.find((candidate) => candidate === text)
  if (factor) return factor
  throw new ConfigurationError(
    'OSTIARY_ADMIN_FACTOR',
    `OSTIARY_ADMIN_FACTOR must be one of ${adminFactors.join(', ')}, not "${text}".`,
  )
}

function parsePasswordCost(cost: Argon2Parameters): Argon2Parameters {
  if (validateParameters(cost)) return cost
  const { memoryKibibytes, passes } = minimumParameters
  throw new ConfigurationError(
    CONFIG_FILE,
    `${CONFIG_FILE}: passwordCost must be at least ${memoryKibibytes} KiB and ${passes} passes, and no more than about a second of a core.`,
  )
}

function parseLogLevel(text: string): LogLevel {
  const level = logLevels.find((candidate) => candidate === text)
  if (level) return level
  throw new ConfigurationError(
    'OSTIARY_LOG_LEVEL',
    `OSTIARY_LOG_LEVEL must be one of ${logLevels.join(', ')}, not "${text}".`,
  )
}
