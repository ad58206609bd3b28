import { type Config, type SettingName, settingVariables } from './config.ts'

/** JSON, without a secret. */
export type SettingValue = string | number | boolean | null | readonly string[] | Readonly<Record<string, unknown>>

/** A setting as this installation runs with it. */
export interface EffectiveSetting {
  /** Its member of `Config` and, where it may stand there, of `ostiary.json`. */
  readonly name: SettingName
  /** Undefined: no environment variable sets it. */
  readonly variable: string | undefined
  /** Null: there is none. */
  readonly value: SettingValue
  readonly source: 'environment' | 'file' | 'default'
  /** Whether a part of the value is left out: `***` stands for it. */
  readonly isMasked: boolean
}

const MASK = '***'

/** What the values of settings look like to others; a new setting has to say it. Those of `maskedSettings` hide something. */
const values: { readonly [Name in SettingName]: (value: Config[Name]) => SettingValue } = {
  issuer: (url) => url,
  host: (host) => host,
  port: (port) => port,
  databaseUrl: maskUrl,
  dataDir: (folder) => folder,
  secrets: (secrets) => secrets.map(() => MASK),
  trustedProxies: (entries) => entries,
  logLevel: (level) => level,
  clientDocumentHosts: (hosts) => hosts,
  registration: (mode) => mode,
  signUp: (mode) => mode,
  emailLogin: (isOn) => isOn,
  verifyHumanUrl: (url) => (url === undefined ? null : maskUrl(url)),
  smtpUrl: (url) => (url === undefined ? null : maskUrl(url)),
  mailFrom: ({ name, address }) => (name === undefined ? address : `${name} <${address}>`),
  deletionGraceDays: (days) => days,
  auditRetentionDays: (days) => days ?? null,
  organizationCreation: (creators) => creators,
  webhooksDangerouslyReachPrivateNetworks: (isOn) => isOn,
  adminFactor: (factor) => factor,
  impersonation: (isOn) => isOn,
  passwordCost: ({ memoryKibibytes, passes, parallelism }) => ({ memoryKibibytes, passes, parallelism }),
  tracing: (tracing) => (tracing === undefined ? null : { ...tracing, url: maskUrl(tracing.url) }),
  // The pictures are large, and everybody sees them.
  theme: ({ name, accent, termsUrl, privacyUrl }) => ({
    name,
    accent: accent ?? null,
    termsUrl: termsUrl ?? null,
    privacyUrl: privacyUrl ?? null,
  }),
}

/** Every setting with its effective value and where that is from. Secrets, and passwords within URLs, are masked. */
export function listSettings(config: Config): readonly EffectiveSetting[] {
  return (Object.keys(values) as SettingName[]).map((name) => describe(config, name))
}

function describe<Name extends SettingName>(config: Config, name: Name): EffectiveSetting {
  const value = values[name](config[name])
  const source = config.sources[name] ?? 'default'
  return { name, variable: settingVariables[name], value, source, isMasked: JSON.stringify(value).includes(MASK) }
}

/** Parameters whose values are no secret. Of any other nobody can know. */
const OPEN_PARAMETERS: readonly string[] = [
  ...['allowUnencryptedConnection', 'sslmode', 'sslrootcert', 'application_name', 'target_session_attrs'],
  ...['pooler', 'pool_max', 'connect_timeout', 'host', 'port'],
]

/** A URL without its password and without the values of what it is asked with. A file's path stays. */
function maskUrl(text: string): string {
  if (text.startsWith('sqlite:')) return text
  // Several hosts are no URL as the web has it.
  const hosts = /^(?:postgres|postgresql):\/\/(?:[^/?#]*@)?([^/?#@]*,[^/?#@]*)/.exec(text)?.[1]
  if (hosts !== undefined) return maskUrl(text.replace(hosts, 'hosts')).replace('hosts', hosts)
  if (!URL.canParse(text)) return MASK
  const url = new URL(text)
  if (url.password !== '') url.password = MASK
  for (const name of new Set(url.searchParams.keys()))
    if (!OPEN_PARAMETERS.includes(name)) url.searchParams.set(name, MASK)
  return url.href
}
