import { randomInt } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Writable } from 'node:stream'
import type { Config } from '../src/config.ts'
import { createAccount } from '../src/domain/accounts/create-account.ts'
import { parseEmail } from '../src/domain/accounts/parse-email.ts'
import { parseUsername } from '../src/domain/accounts/parse-username.ts'
import { createApi } from '../src/domain/apis/create-api.ts'
import { parseApi } from '../src/domain/apis/parse-api.ts'
import { advanceKeysInUse } from '../src/domain/clients/advance-keys-in-use.ts'
import { minimumParameters } from '../src/domain/credentials/argon2-parameters.ts'
import { hashPassword } from '../src/domain/credentials/hash-password.ts'
import type { PasswordHash } from '../src/domain/credentials/password-hash.ts'
import { setPassword } from '../src/domain/credentials/set-password.ts'
import type { VerifyHuman } from '../src/endpoints/email-flow-deps.ts'
import type { EpochMilliseconds } from '../src/platform/clock/clock.ts'
import type { HashQueue } from '../src/platform/hash-queue/hash-queue.ts'
import { ostiaryTheme } from '../src/platform/html/theme.ts'
import { createLog } from '../src/platform/log/create-log.ts'
import type { FetchPublicDocument } from '../src/platform/public-fetch/fetch-public-document.ts'
import { randomSecret } from '../src/platform/random/random.ts'
import { type RunningServer, startServer } from '../src/server.ts'
import { copySqliteTemplate } from './sqlite-template.ts'

export interface TestServer {
  readonly issuer: string
  readonly config: Config
  readonly running: RunningServer
  /** Set it to move the server's time; it stands still otherwise. */
  readonly clock: { now(): EpochMilliseconds; set(moment: EpochMilliseconds): void }
  /** Everything that was logged so far. */
  readonly logText: () => string
  /** At once: connections that a test keeps alive would hold it up. `running.stop()` stops as a real server does. */
  stop(): Promise<void>
}

export interface TestServerOptions {
  /** Default: an SQLite file of its own, removed when it stops. */
  readonly databaseUrl?: string
  readonly config?: Partial<Config>
  /** Lets the clock run on from where it is set. Default: it stands still. */
  readonly isClockRunning?: boolean
  /** The path of the issuer, such as `/tenant`; none unless given. */
  readonly issuerPath?: string
  /** The host in the issuer. Default: 127.0.0.1, where there are no passkeys. */
  readonly issuerHost?: 'localhost'
  /** How documents of clients are read. Default: as a real server does. */
  readonly fetchDocument?: FetchPublicDocument
  /** Shows its mails at `/dev/outbox`. */
  readonly showsOutbox?: boolean
  /** Who is taken for a person. Default: everybody. */
  readonly verifyHuman?: VerifyHuman
}

/** Starts a real server on a free port, with a clock that stands at this moment until it is set. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const { config: changed, issuerPath = '', issuerHost = '127.0.0.1', isClockRunning = false } = options
  const folder = mkdtempSync(path.join(tmpdir(), 'ostiary-server-'))
  const port = await findFreePort()
  const databaseFile = path.join(folder, 'ostiary.db')
  if (options.databaseUrl === undefined) await copySqliteTemplate(databaseFile)
  const config: Config = {
    issuer: `http://${issuerHost}:${port}${issuerPath}`,
    host: '127.0.0.1',
    port,
    databaseUrl: options.databaseUrl ?? `sqlite:${databaseFile}`,
    dataDir: folder,
    secrets: [randomSecret()],
    trustedProxies: [],
    logLevel: 'trace',
    clientDocumentHosts: ['*'],
    registration: 'off',
    signUp: 'invitation',
    emailLogin: false,
    verifyHumanUrl: undefined,
    smtpUrl: undefined,
    mailFrom: { name: 'Ostiary', address: 'no-reply@example.com' },
    deletionGraceDays: 14,
    auditRetentionDays: undefined,
    organizationCreation: 'operator',
    impersonation: false,
    webhooksDangerouslyReachPrivateNetworks: false,
    adminFactor: 'optional',
    passwordCost: minimumParameters,
    tracing: undefined,
    theme: ostiaryTheme,
    sources: {},
    ...changed,
  }
  let moment = Date.now()
  let setAt = performance.now()
  const clock = {
    now: () => (isClockRunning ? Math.floor(moment + performance.now() - setAt) : moment),
    set(to: EpochMilliseconds) {
      moment = to
      setAt = performance.now()
    },
  }
  const lines: string[] = []
  const destination = new Writable({
    write(chunk, _, done) {
      lines.push(String(chunk))
      done()
    },
  })
  const { fetchDocument, verifyHuman, showsOutbox = false } = options
  const log = createLog(config.logLevel, destination)
  const running = await startServer(config, {
    clock,
    log,
    showsOutbox,
    ...(fetchDocument && { fetchDocument }),
    ...(verifyHuman && { verifyHuman }),
  })
  const stop = async () => {
    await running.stop(0)
    rmSync(folder, { recursive: true, force: true })
  }
  return { issuer: config.issuer, config, running, clock, logText: () => lines.join(''), stop }
}

/** Below the ports that a system gives to connections and to whoever listens at port 0, so that nobody takes it meanwhile. */
const LOWEST_PORT = 15_000
const HIGHEST_PORT = 32_000
/** Each worker of the tests has its own part of them, so that none takes what another has just found free. */
const PARTS = 8
const part = Number(process.env.VITEST_POOL_ID ?? 0) % PARTS
const portsOfPart = Math.floor((HIGHEST_PORT - LOWEST_PORT) / PARTS)
const lowestOfPart = LOWEST_PORT + part * portsOfPart

/** A loopback port that was free a moment ago. */
export async function findFreePort(): Promise<number> {
  const port = randomInt(lowestOfPart, lowestOfPart + portsOfPart)
  const probe = createServer()
  const isFree = await new Promise<boolean>((resolve) => {
    probe.on('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => resolve(true))
  })
  if (!isFree) return findFreePort()
  await new Promise((resolve) => probe.close(resolve))
  return port
}

/** Makes an account with a password, as the command line does. Returns its id. */
export async function addAccount(
  { running }: TestServer,
  name: string,
  password: string,
  address?: string,
): Promise<string> {
  const { database, hashQueue } = running.installation
  const username = parseUsername(name)
  if (!username.ok) throw new Error(username.sentence)
  const email = address === undefined ? undefined : parseEmail(address)
  if (email?.ok === false) throw new Error(email.sentence)
  const hash = await hashOnce(hashQueue, password)
  return database.write(async (tx) => {
    const created = await createAccount(tx, { username: username.username, email: email?.email, actor: 'cli' })
    if (!created.ok) throw new Error(created.reason)
    await setPassword(tx, created.account.id, hash, 'cli')
    return created.account.id
  })
}

const hashes = new Map<string, Promise<PasswordHash>>()

/** Many tests have a person with the same password: hashing it is most of what making an account costs. */
function hashOnce(hashQueue: HashQueue, password: string): Promise<PasswordHash> {
  const known = hashes.get(password)
  if (known !== undefined) return known
  const hash = hashPassword(hashQueue, password)
  hashes.set(password, hash)
  return hash
}

/** Registers an API, as the command line does. Returns its secret, for HS256. */
export async function addApi(
  { running }: TestServer,
  input: Parameters<typeof parseApi>[0],
): Promise<string | undefined> {
  const parsed = parseApi(input)
  if (!parsed.ok) throw new Error(parsed.sentence)
  const { database, sealer } = running.installation
  const created = await database.write((tx) => createApi(tx, sealer, parsed.api, 'cli'))
  if (!created.ok) throw new Error(created.reason)
  await advanceKeysInUse(running.installation)
  return created.secret
}

/** `POST /login` as a program sends it. */
export function logIn(server: TestServer, body: object, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${server.issuer}/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    redirect: 'manual',
  })
}
