import { type Client, createClient, type TokenStorage } from '@ostiary/client'
import { consoleUrl, type IssuerMetadata, isAtIssuer, readIssuerMetadata } from '../issuer-place.ts'
import { beginSignIn, finishSignIn, isCallback } from './code-flow.ts'
import { ADMIN_AUDIENCE, CONSOLE_CLIENT } from './console-client.ts'
import { createTabStorage } from './tab-storage.ts'

/** Who is signed in, as far as the console needs it. */
export interface Person {
  readonly accountId: string
  /** Of the session that this tab works with. */
  readonly sessionId: string
  readonly name: string
  /** What they may, as of the last token. The API decides, each time anew. */
  readonly permissions: ReadonlySet<string>
}

export type SessionState =
  | { readonly status: 'starting' }
  /** Nothing can be known yet; `sentence` says why. */
  | { readonly status: 'unreachable'; readonly sentence: string }
  /** Opened under another address than the issuer's own. */
  | { readonly status: 'elsewhere'; readonly issuer: string }
  | { readonly status: 'signed-out'; readonly sentence: string | undefined; readonly mayBegin: boolean }
  /** `hasEnded`: the page stands as it was, and the next act asks to sign in again. */
  | { readonly status: 'signed-in'; readonly person: Person; readonly hasEnded: boolean }

/** The sign-in of this tab: one object, which pages watch. */
export class Session {
  #state: SessionState = { status: 'starting' }
  #metadata: IssuerMetadata | undefined
  #client: Client | undefined
  readonly #watchers = new Set<() => void>()

  get state(): SessionState {
    return this.#state
  }

  /** Where the admin API stands. Only for who is signed in. */
  get apiUrl(): string {
    return new URL('../admin/api/v1', consoleUrl).href
  }

  readonly watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  /** Finds out who is signed in here: by the answer of a sign-in that just came, or by what this tab kept. */
  async start(navigate: (path: string) => void): Promise<void> {
    const storage = createTabStorage()
    try {
      this.#metadata = await readIssuerMetadata()
    } catch (error) {
      return this.#set({ status: 'unreachable', sentence: (error as Error).message })
    }
    if (!isAtIssuer(this.#metadata)) return this.#set({ status: 'elsewhere', issuer: this.#metadata.issuer })
    const finished = isCallback() ? await finishSignIn(this.#metadata) : undefined
    if (finished) navigate(finished.returnTo)
    if (finished?.ok === false) return this.#signedOut(finished.sentence, false)
    if (finished?.ok) await replaceSession(this.#metadata, storage, finished.refreshToken)
    this.#client = this.#createClient(this.#metadata, storage)
    const { status } = await this.#client.ready()
    // Begun by itself only once: what fails right after a sign-in would lead in a circle.
    if (status === 'logged-out') return this.#signedOut(undefined, finished === undefined)
    await this.#signedIn()
  }

  /** Leaves for the login page, and comes back to the place that the person is at. */
  async signIn(): Promise<void> {
    if (this.#metadata) await beginSignIn(this.#metadata, { returnTo: placeNow() })
  }

  /** Ends the session of this tab at the server. @throws ClientError when the server was not reached: then nothing has changed. */
  async signOut(): Promise<void> {
    await this.#client?.logOut()
    this.#signedOut('You are signed out here.', false)
  }

  /** As the global fetch, with a token for the admin API. @throws ClientError when there is none to send. */
  readonly fetch: typeof globalThis.fetch = (input, init) => {
    if (!this.#client) throw new Error('nobody is signed in')
    return this.#client.fetch(input, init)
  }

  #createClient({ issuer }: IssuerMetadata, storage: TokenStorage): Client {
    const client = createClient({
      issuer,
      clientId: CONSOLE_CLIENT,
      audience: ADMIN_AUDIENCE,
      apis: [this.apiUrl],
      storage,
      stepUp: async (needed) => {
        if (this.#metadata) await beginSignIn(this.#metadata, { needed, returnTo: placeNow() })
        // The page is being left.
        return new Promise(() => {})
      },
    })
    client.on('logged-out', ({ why }) => {
      if (why === 'session_ended') this.#ended()
    })
    client.on('refreshed', () => void this.#signedIn())
    return client
  }

  async #signedIn(): Promise<void> {
    if (!this.#client || !this.#metadata) return
    try {
      const token = await this.#client.token()
      const claims = readClaims(token)
      const known = this.#state.status === 'signed-in' ? this.#state.person.name : undefined
      const name = known ?? (await readName(this.#metadata, token)) ?? claims.sub
      const permissions = new Set(claims.permissions ?? [])
      const person: Person = { accountId: claims.sub, sessionId: claims.sid ?? '', name, permissions }
      this.#set({ status: 'signed-in', person, hasEnded: false })
    } catch (error) {
      if (this.#state.status !== 'signed-in') {
        this.#set({ status: 'unreachable', sentence: (error as Error).message })
      }
    }
  }

  #ended(): void {
    if (this.#state.status === 'signed-in') this.#set({ ...this.#state, hasEnded: true })
  }

  #signedOut(sentence: string | undefined, mayBegin: boolean): void {
    this.#set({ status: 'signed-out', sentence, mayBegin })
  }

  #set(state: SessionState): void {
    this.#state = state
    for (const watcher of this.#watchers) watcher()
  }
}

/** A session from before, as after a step-up, would stay open with nobody to end it. @see RFC 7009 §2.1 */
async function replaceSession(
  { revocation_endpoint }: IssuerMetadata,
  storage: TokenStorage,
  refreshToken: string,
): Promise<void> {
  const before = await storage.load()
  await storage.save(refreshToken)
  if (before === undefined) return
  const body = new URLSearchParams({ token: before, client_id: CONSOLE_CLIENT })
  await fetch(revocation_endpoint, { method: 'POST', body }).catch(() => undefined)
}

/** Below the console's own address, with the query. */
function placeNow(): string {
  const base = consoleUrl.pathname.replace(/\/$/, '')
  return `${location.pathname.slice(base.length) || '/'}${location.search}`
}

interface TokenClaims {
  readonly sub: string
  readonly sid?: string
  readonly permissions?: readonly string[]
}

/** Reads what our own token says of us; the API verifies it, here it only decides what is shown. */
function readClaims(token: string): TokenClaims {
  const [, payload = ''] = token.split('.')
  const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0))
  return JSON.parse(new TextDecoder().decode(bytes)) as TokenClaims
}

/** By what the person knows themselves. Undefined when the server doesn't say. @see OpenID Connect Core §5.3 */
async function readName({ userinfo_endpoint }: IssuerMetadata, token: string): Promise<string | undefined> {
  const response = await fetch(userinfo_endpoint, { headers: { authorization: `Bearer ${token}` } }).catch(
    () => undefined,
  )
  if (!response?.ok) return undefined
  const claims = (await response.json()) as { name?: string; preferred_username?: string }
  return claims.preferred_username ?? claims.name
}
