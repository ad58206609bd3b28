import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { ConfigurationError, loadConfig } from '../../packages/server/src/config.ts'

/** What a person needs to know of a setting. Names and defaults are checked against config.ts, sentences come from it. */
interface Setting {
  readonly variable?: string
  /** Its member of ostiary.json. */
  readonly member?: string
  readonly fallback: string
  readonly meaning: string
  /** A value that is refused, to show the sentence that refuses it. */
  readonly wrong?: string
}

const settings: readonly Setting[] = [
  {
    variable: 'OSTIARY_ISSUER',
    member: 'issuer',
    fallback: '`http://127.0.0.1:4000`: host and port',
    meaning:
      'The issuer identifier: the https URL that people and APIs reach this server at, exactly as tokens carry it in `iss`. Needed as soon as the host is not a loopback address.',
    wrong: 'http://login.example.com',
  },
  {
    variable: 'OSTIARY_HOST',
    member: 'host',
    fallback: '`127.0.0.1`',
    meaning: 'The address to listen on.',
  },
  {
    variable: 'OSTIARY_PORT',
    member: 'port',
    fallback: '`4000`',
    meaning: 'The port to listen on.',
    wrong: '0',
  },
  {
    variable: 'OSTIARY_DATABASE_URL',
    member: 'databaseUrl',
    fallback: '`sqlite:<data folder>/ostiary.db`',
    meaning: '`sqlite:` and a path, or `postgres://…` for many instances.',
    wrong: 'mysql://localhost',
  },
  {
    variable: 'OSTIARY_DATA_DIR',
    member: 'dataDir',
    fallback: '`data` in the working folder',
    meaning: 'The folder of the embedded database, and of the secret that `ostiary dev` makes.',
  },
  {
    variable: 'OSTIARY_SECRET',
    fallback: 'the file `secret` in the data folder',
    meaning:
      'What private keys are sealed with: 256 random bits from `ostiary secret`. To change it put the new one in front, `new,old`. Lost, the signing keys are lost. It has no place in ostiary.json.',
  },
  {
    variable: 'OSTIARY_DELETION_GRACE_DAYS',
    member: 'deletionGraceDays',
    fallback: '`14`',
    meaning:
      'How many days an account that its person wants deleted can still be kept, 0 to 365; its sessions, tokens and keys end at once all the same. With `0` everything goes at once.',
    wrong: '-1',
  },
  {
    variable: 'OSTIARY_AUDIT_RETENTION_DAYS',
    member: 'auditRetentionDays',
    fallback: 'none: they are kept',
    meaning:
      'After how many days audited events are deleted, 1 to 36500. Their leaves stay, so the others can still be proved. See [the audit log](../guide/audit-log.md).',
    wrong: '0',
  },
  {
    variable: 'OSTIARY_TRUSTED_PROXIES',
    member: 'trustedProxies',
    fallback: 'none',
    meaning:
      'Addresses or networks of your own proxies, separated by commas. Only their `X-Forwarded-For` is believed; throttling by network depends on it.',
    wrong: 'proxy.internal',
  },
  {
    variable: 'OSTIARY_LOG_LEVEL',
    member: 'logLevel',
    fallback: '`info`; `warn` for `ostiary dev`',
    meaning: 'How much is logged.',
    wrong: 'loud',
  },
  {
    variable: 'OSTIARY_CLIENT_DOCUMENT_HOSTS',
    member: 'clientDocumentHosts',
    fallback: '`*`',
    meaning:
      'Whose documents may describe apps that nobody registered here (Client ID Metadata Documents): `*` is any host, `none` turns them off, or a list such as `claude.ai,*.example.com`. People are always asked before such an app gets anything.',
    wrong: 'https://claude.ai',
  },
  {
    variable: 'OSTIARY_REGISTRATION',
    member: 'registration',
    fallback: '`off`',
    meaning:
      'Who may register a client by `POST /register` (RFC 7591): `off` nobody, `token` whoever holds an initial access token (`ostiary registration token create`), `open` anybody. People are always asked before such an app gets anything.',
    wrong: 'on',
  },
  {
    variable: 'OSTIARY_SIGN_UP',
    member: 'signUp',
    fallback: '`invitation`',
    meaning:
      'Who may open an account by themselves, after they have proved their e-mail address: `open` anybody, `invitation` whoever got a link from `ostiary account invite`, `closed` nobody. See [sign-up and recovery](../guide/sign-up-and-recovery.md).',
    wrong: 'on',
  },
  {
    variable: 'OSTIARY_EMAIL_LOGIN',
    member: 'emailLogin',
    fallback: '`off`',
    meaning:
      'Whether people may sign in by a code or a link in a mail, without a password: `on` or `off`; in ostiary.json `true` or `false`.',
    wrong: 'yes',
  },
  {
    variable: 'OSTIARY_VERIFY_HUMAN_URL',
    member: 'verifyHumanUrl',
    fallback: 'none: everybody is taken for a person',
    meaning:
      'Who is asked whether a person sends a form that sends a mail, by a captcha for example. See [sign-up and recovery](../guide/sign-up-and-recovery.md).',
    wrong: 'http://captcha.example.com',
  },
  {
    variable: 'OSTIARY_SMTP_URL',
    member: 'smtpUrl',
    fallback: 'none: no mail leaves; `ostiary dev` shows them at `/dev/outbox`',
    meaning:
      'The server that mails are handed over to: `smtps://user:password@host` (TLS, port 465) or `smtp://…` (STARTTLS, port 587), user and password percent-encoded. Without encryption it must be on this machine, or the URL ends with `?allowUnencryptedConnection=yes`. See [mail](../guide/mail.md).',
    wrong: 'https://smtp.example.com',
  },
  {
    variable: 'OSTIARY_MAIL_FROM',
    member: 'mailFrom',
    fallback: 'the theme’s name, `no-reply@` the issuer’s host',
    meaning:
      'Whom mails are from: an address, or a name and an address. The server above must let you send as that address.',
    wrong: 'the front door',
  },
  {
    variable: 'OSTIARY_ADMIN_FACTOR',
    member: 'adminFactor',
    fallback: '`required`; `optional` with `ostiary dev`',
    meaning:
      'Whether people prove a second factor, or a passkey, to administer this server: `required` or `optional`. Whoever has none sets one up on the way. See [the Admin API](../guide/admin-api.md).',
    wrong: 'sometimes',
  },
  {
    variable: 'OSTIARY_ORGANIZATION_CREATION',
    member: 'organizationCreation',
    fallback: '`operator`',
    meaning:
      'Who creates organizations: `operator` by `ostiary organization create` alone, or `people` on their account page as well. See [organizations](../guide/organizations.md).',
    wrong: 'everybody',
  },
  {
    variable: 'OSTIARY_IMPERSONATION',
    member: 'impersonation',
    fallback: '`off`',
    meaning:
      'Whether administrators with the permission `accounts:impersonate` may act as people, for 15 minutes at most, at APIs: `on` or `off`; in ostiary.json `true` or `false`. See [impersonation](../guide/impersonation.md).',
    wrong: 'yes',
  },
  {
    variable: 'OSTIARY_WEBHOOKS_DANGEROUSLY_REACH_PRIVATE_NETWORKS',
    member: 'webhooksDangerouslyReachPrivateNetworks',
    fallback: '`off`',
    meaning:
      'Whether webhooks may be sent to addresses that are not of the public internet, and to this machine without TLS: `on` or `off`; in ostiary.json `true` or `false`. For development: with it, whoever makes webhooks reaches what this server reaches. See [webhooks](../guide/webhooks.md).',
    wrong: 'yes',
  },
  {
    member: 'passwordCost',
    fallback: '19,456 KiB, 2 passes, 1 lane',
    meaning:
      'What a new Argon2id hash costs: `{ "memoryKibibytes": …, "passes": …, "parallelism": … }`. A cheaper hash is replaced at its next login.',
  },
  {
    member: 'theme',
    fallback: 'Ostiary’s own',
    meaning:
      'The look of pages and mails: `name`, `logo`, `logoDark`, `icon`, `accent`, `termsUrl`, `privacyUrl`. See [branding](../guide/branding.md).',
  },
]

/** The settings, checked against config.ts: none is missing here, none has gone, and each default is the one that is used. */
export function renderSettingsReference(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'ostiary-settings-'))
  try {
    compareNames('environment variables', readVariables(), namesOf('variable'))
    compareNames('members of ostiary.json', readMembers(folder), namesOf('member'))
    return renderPage(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** What whoever puts it on a server sets first. */
const settingsToBeginWith = new Set([
  'OSTIARY_ISSUER',
  'OSTIARY_HOST',
  'OSTIARY_PORT',
  'OSTIARY_DATABASE_URL',
  'OSTIARY_DATA_DIR',
  'OSTIARY_SECRET',
  'OSTIARY_TRUSTED_PROXIES',
  'OSTIARY_SMTP_URL',
])

/** The settings to begin with as one table, for the README. */
export function renderSettingsTable(): string {
  const rows = settings
    .filter(({ variable }) => variable !== undefined && settingsToBeginWith.has(variable))
    // Addresses as they are from there.
    .map(
      ({ variable, fallback, meaning }) =>
        `| \`${variable}\` | ${fallback} | ${meaning.replaceAll('](../', '](docs/')} |`,
    )
  return ['| variable | default | meaning |', '|---|---|---|', ...rows].join('\n')
}

function renderPage(folder: string): string {
  const rows = settings.map(({ variable, member, fallback, meaning }) => {
    const name = (text: string | undefined) => (text === undefined ? '' : `\`${text}\``)
    return `| ${name(variable)} | ${name(member)} | ${fallback} | ${meaning} |`
  })
  return `# Settings

A setting is read from the environment, then from \`ostiary.json\` in the working folder, then it has its default. They are read
once, at the start; a wrong one stops the start with one sentence and exit code 1.

| variable | in ostiary.json | default | meaning |
|---|---|---|---|
${rows.join('\n')}

Without any setting these hold:

\`\`\`json
${JSON.stringify(readDefaults(folder), null, 2)}
\`\`\`

\`OTEL_EXPORTER_OTLP_ENDPOINT\` and OpenTelemetry's other variables turn traces on: see [observability](../guide/observability.md).

\`UV_THREADPOOL_SIZE\` is Node's own: the threads that password hashes, files and DNS share. Ostiary sets it to fit the
machine; your value stands.

## When a setting is wrong

${settings.flatMap((setting) => renderRefusal(setting, folder)).join('\n')}
`
}

function renderRefusal({ variable, wrong }: Setting, folder: string): string[] {
  if (variable === undefined || wrong === undefined) return []
  try {
    loadConfig({ environment: { [variable]: wrong }, folder })
  } catch (error) {
    if (error instanceof ConfigurationError) return [`- \`${variable}=${wrong}\`: ${error.message}`]
    throw error
  }
  throw new Error(`${variable}=${wrong} is accepted`)
}

function readDefaults(folder: string): object {
  const { databaseUrl, mailFrom, sources, ...others } = loadConfig({ environment: {}, folder })
  return {
    ...others,
    // It has no place in ostiary.json.
    secrets: undefined,
    databaseUrl: databaseUrl.replace(`${folder}${path.sep}`, ''),
    dataDir: path.relative(folder, others.dataDir),
    mailFrom: `${mailFrom.name} <${mailFrom.address}>`,
  }
}

function readVariables(): string[] {
  const source = readFileSync(path.join(import.meta.dirname, '../../packages/server/src/config.ts'), 'utf8')
  return [...source.matchAll(/environment\.(OSTIARY_\w+)/g)].map((match) => match[1] ?? '')
}

/** An unknown member is refused with the list of the known ones. */
function readMembers(folder: string): string[] {
  const file = path.join(folder, 'ostiary.json')
  writeFileSync(file, '{"unheardOf": true}')
  try {
    loadConfig({ environment: {}, folder })
  } catch (error) {
    const [, names] = error instanceof ConfigurationError ? (/It may set: ([\w, ]+)\./.exec(error.message) ?? []) : []
    if (names) return names.split(', ')
    throw error
  } finally {
    rmSync(file)
  }
  throw new Error('ostiary.json takes members that nobody knows')
}

function namesOf(kind: 'variable' | 'member'): string[] {
  return settings.flatMap((setting) => setting[kind] ?? [])
}

function compareNames(what: string, inCode: readonly string[], here: readonly string[]): void {
  const difference = new Set(inCode).symmetricDifference(new Set(here))
  if (difference.size > 0) throw new Error(`${what} differ from config.ts: ${[...difference].join(', ')}`)
}
