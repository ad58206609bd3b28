import type { AuditDetail } from '../src/domain/audit/audit-event.ts'
import { listAuditEvents } from '../src/domain/audit/list-audit-events.ts'
import { listPasskeys } from '../src/domain/passkeys/list-passkeys.ts'
import type { Passkey } from '../src/domain/passkeys/passkey.ts'
import { type AuthenticatorTraits, type Mischief, SoftAuthenticator } from './soft-authenticator.ts'
import { addAccount, startTestServer, type TestServer } from './test-server.ts'
import { type Visit, Visitor } from './visitor.ts'

export const password = 'a long walk along the river'
export const passkeysPath = '/account/security/passkeys'

type Act = Parameters<typeof listAuditEvents>[1]['act']

/** A server at `localhost`, where there are passkeys. */
export class PasskeyScene implements AsyncDisposable {
  readonly server: TestServer
  #people = 0

  private constructor(server: TestServer) {
    this.server = server
  }

  static async start(databaseUrl?: string): Promise<PasskeyScene> {
    return new PasskeyScene(await startTestServer({ issuerHost: 'localhost', ...(databaseUrl && { databaseUrl }) }))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.server.stop()
  }

  /** Somebody with a new account and an authenticator in software. */
  async person(traits: Partial<AuthenticatorTraits> = {}): Promise<PasskeyPerson> {
    this.#people += 1
    const username = `ada${this.#people}`
    const accountId = await addAccount(this.server, username, password, `${username}@example.com`)
    return new PasskeyPerson(this.server, { username, accountId, traits })
  }

  visitor(): Visitor {
    return new Visitor(this.server.issuer)
  }

  /** Sends a credential to the login, as a page does. */
  present(visitor: Visitor, credential: string, fields: Readonly<Record<string, string>> = {}): Promise<Visit> {
    return visitor.post('/login/passkey', { credential, ...fields })
  }

  /** Lets so many minutes pass. */
  pass(minutes: number): void {
    this.server.clock.set(this.server.clock.now() + minutes * 60_000)
  }

  /** The latest audit event of an act; in one millisecond one of the latest. */
  async lastAudited(act: Act): Promise<AuditDetail | undefined> {
    const [event] = await listAuditEvents(this.server.running.installation.database.read, { act, limit: 1 })
    return event?.detail
  }
}

export class PasskeyPerson {
  readonly #server: TestServer
  readonly username: string
  readonly accountId: string
  readonly authenticator: SoftAuthenticator

  constructor(
    server: TestServer,
    { username, accountId, traits }: { username: string; accountId: string; traits: Partial<AuthenticatorTraits> },
  ) {
    this.#server = server
    this.username = username
    this.accountId = accountId
    this.authenticator = new SoftAuthenticator({ origin: server.issuer, ...traits })
  }

  /** Signs in by password, in a browser of their own. */
  async signIn(): Promise<Visitor> {
    const visitor = new Visitor(this.#server.issuer)
    await visitor.submit(await visitor.get('/login'), { username: this.username, password })
    return visitor
  }

  /** Signs in by password and adds a passkey; gives what the server answered. */
  async register(mischief: Mischief = {}): Promise<Visit> {
    return this.add(await this.signIn(), mischief)
  }

  /** Adds a passkey in a browser that is signed in. */
  async add(visitor: Visitor, mischief: Mischief = {}): Promise<Visit> {
    const page = await visitor.get(`${passkeysPath}/new`)
    return visitor.post(`${passkeysPath}/new`, { credential: this.authenticator.create(optionsIn(page), mischief) })
  }

  /** Opens the login page in a browser of their own and answers it. */
  async logIn(mischief: Mischief = {}): Promise<Visit> {
    const visitor = new Visitor(this.#server.issuer)
    const credential = this.authenticator.get(optionsIn(await visitor.get('/login')), mischief)
    return visitor.post('/login/passkey', { credential })
  }

  passkeys(): Promise<Passkey[]> {
    return listPasskeys(this.#server.running.installation.database.read, this.accountId)
  }

  /** The details of the audit events of one act. */
  async audited(act: Act): Promise<readonly object[]> {
    const filter = { act, accountId: this.accountId, limit: 100 }
    const events = await listAuditEvents(this.#server.running.installation.database.read, filter)
    return events.map(({ detail }) => detail)
  }
}

/** What a page asks a passkey. */
export function optionsIn({ text, url, status }: Visit, attribute = 'data-options'): string {
  const [, options] = new RegExp(`${attribute}="([^"]*)"`).exec(text) ?? []
  if (options === undefined) throw new Error(`no ${attribute} on ${url}: ${status}`)
  return options.replaceAll('&quot;', '"').replaceAll('&amp;', '&')
}
