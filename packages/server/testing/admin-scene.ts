import type { Account } from '../src/domain/accounts/account.ts'
import { addRole } from '../src/domain/accounts/change-role.ts'
import { createAccount } from '../src/domain/accounts/create-account.ts'
import { parseUsername } from '../src/domain/accounts/parse-username.ts'
import { settleOutdatedClaims } from '../src/domain/accounts/settle-outdated-claims.ts'
import { ADMIN_AUDIENCE, type AdminPermission, adminPermissionNames } from '../src/domain/apis/admin-api.ts'
import type { Api } from '../src/domain/apis/api.ts'
import { findApi } from '../src/domain/apis/list-apis.ts'
import { createClient } from '../src/domain/clients/create-client.ts'
import { parseClient } from '../src/domain/clients/parse-client.ts'
import { momentAfterRevocations } from '../src/domain/revocations/moment-after-revocations.ts'
import { changeRolePermissions } from '../src/domain/roles/change-role-permissions.ts'
import { createRole } from '../src/domain/roles/create-role.ts'
import { openSession } from '../src/domain/sessions/open-session.ts'
import type { Session } from '../src/domain/sessions/session.ts'
import { startTestServer, type TestServer, type TestServerOptions } from './test-server.ts'
import { watchUnauditedWrites } from './unaudited-writes.ts'

/** An answer of the Admin API. */
export interface AdminResponse {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests look at members of whatever was answered.
  readonly body: any
}

export interface AdminRequest {
  readonly token?: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** A server with an administrator, and a client for them that is registered for every scope of the Admin API. */
export class AdminScene {
  readonly server: TestServer
  readonly clientId: string
  readonly #api: Api

  private constructor(server: TestServer, clientId: string, api: Api) {
    this.server = server
    this.clientId = clientId
    this.#api = api
  }

  static async start(options: TestServerOptions = {}): Promise<AdminScene> {
    const server = await startTestServer(options)
    const { database } = server.running.installation
    const unaudited = watchUnauditedWrites(database)
    const parsed = parseClient({
      ...{ name: 'Console', type: 'confidential', grants: ['client_credentials', 'refresh_token'] },
      scopes: adminPermissionNames,
    })
    if (!parsed.ok) throw new Error(parsed.sentence)
    const { client } = await database.write((tx) => createClient(tx, parsed.client, 'cli'))
    const api = await findApi(database.read, ADMIN_AUDIENCE)
    if (!api) throw new Error('the Admin API is not there')
    return new AdminScene(refuseUnaudited(server, unaudited), client.id, api)
  }

  get database(): TestServer['running']['installation']['database'] {
    return this.server.running.installation.database
  }

  /** Makes an account with these roles, without a password. */
  async addAccount(name: string, roles: readonly string[] = []): Promise<Account> {
    const username = parseUsername(name)
    if (!username.ok) throw new Error(username.sentence)
    const created = await this.database.write((tx) =>
      createAccount(tx, { username: username.username, roles, actor: 'cli' }),
    )
    if (!created.ok) throw new Error(created.reason)
    return created.account
  }

  /** An account whose only role permits just this. */
  async addPermitted(name: string, permissions: readonly AdminPermission[]): Promise<Account> {
    const account = await this.addAccount(name)
    const role = `role-of-${name}`
    await this.database.write(async (tx) => {
      await createRole(tx, { name: role, description: undefined }, 'cli')
      await changeRolePermissions(tx, { role, audience: ADMIN_AUDIENCE, add: permissions, remove: [] }, 'cli')
      await addRole(tx, { accountId: account.id, role, actor: 'cli' })
    })
    // Else it may be told only after the token was issued that this has changed.
    await settleOutdatedClaims(this.database)
    return account
  }

  /** A token of a session that is opened for it. @param authenticatedAt when the person signed in; default: now */
  async signIn(
    accountId: string,
    scopes: readonly string[] = adminPermissionNames,
    authenticatedAt?: number,
  ): Promise<{ readonly token: string; readonly sessionId: string }> {
    const { tokenIssuer } = this.server.running.installation
    const session = await this.openSession(accountId, { scopes })
    const now = await this.#moment(accountId)
    const { token } = await tokenIssuer.issueAccessToken({
      ...{ api: this.#api, subject: accountId, clientId: this.clientId, scopes, sessionId: session.id, now },
      authentication: { at: authenticatedAt ?? now, methods: ['pwd'] },
    })
    return { token, sessionId: session.id }
  }

  /** Of an account at a client; default: at the scene's, with all scopes. */
  openSession(
    accountId: string,
    { clientId = this.clientId, scopes = adminPermissionNames }: { clientId?: string; scopes?: readonly string[] },
  ): Promise<Session> {
    return this.database.write((tx) =>
      openSession(
        tx,
        { accountId, clientId, network: '203.0.113.7', userAgent: undefined, methods: ['pwd'] },
        {
          ...{ audience: ADMIN_AUDIENCE, scopes, refreshKeyId: undefined },
          limits: { idleMilliseconds: 3_600_000, absoluteMilliseconds: 3_600_000 },
        },
      ),
    )
  }

  /** A token of an account that has the role `admin`. */
  async signInAdmin(name = 'root'): Promise<string> {
    const account = await this.addAccount(name, ['admin'])
    return (await this.signIn(account.id)).token
  }

  /** A token of a client for itself. @param clientId default: the scene's */
  async grantClient(scopes: readonly string[], clientId = this.clientId): Promise<string> {
    const { tokenIssuer } = this.server.running.installation
    const now = await this.#moment(undefined, clientId)
    const request = { api: this.#api, subject: clientId, clientId, scopes, now }
    return (await tokenIssuer.issueAccessToken(request)).token
  }

  async call(method: string, path: string, { token, body, headers = {} }: AdminRequest = {}): Promise<AdminResponse> {
    const response = await fetch(`${this.server.issuer}/admin/api/v1${path}`, {
      method,
      headers: {
        accept: 'application/json',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) }
  }

  #moment(accountId: string | undefined, clientId = this.clientId): Promise<number> {
    const { clock } = this.server
    return momentAfterRevocations(this.database.read, { accountId, clientId }, clock.now())
  }
}

/** At its end the server says which transactions have changed something that lasts without an event: so every test of the Admin API is one of this too. */
function refuseUnaudited(server: TestServer, unaudited: readonly string[]): TestServer {
  return {
    ...server,
    async stop() {
      await server.stop()
      if (unaudited.length > 0) throw new Error(`changed without an event: ${[...new Set(unaudited)].join('; ')}`)
    },
  }
}
