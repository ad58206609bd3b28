import { ClientError } from './client-error.ts'
import type { ClientOptions, Clock, TokenStorage } from './client-options.ts'

/** Options, checked, with their defaults. */
export interface ClientSettings {
  readonly issuer: URL
  /** Exactly as given, for the comparison of RFC 8414 §3.3. */
  readonly issuerText: string
  readonly clientId: string
  readonly audience: string | undefined
  readonly scope: string | undefined
  /** Origins with paths, each with a slash at its end: what stands below one of them gets tokens. */
  readonly apis: readonly string[]
  /** Undefined: the server keeps the refresh token in a cookie. */
  readonly storage: TokenStorage | undefined
  /** Whether there may be a session from before. */
  readonly isResumable: boolean
  /** The name of the lock and the channel; undefined when no other tab has this session. */
  readonly sharedAs: string | undefined
  readonly stepUp: ClientOptions['stepUp']
  readonly fetch: typeof globalThis.fetch
  readonly clock: Clock
}

const systemClock: Clock = { now: () => Date.now(), monotonic: () => performance.now() }

/** @throws ClientError `misconfigured` */
export function parseOptions(options: ClientOptions): ClientSettings {
  const { clientId = 'ostiary', audience, scope, clock = systemClock } = options
  const issuer = parseIssuer(options.issuer)
  const isAtHome = globalThis.location?.origin === issuer.origin
  const { storage = isAtHome ? 'cookie' : 'memory' } = options
  if (storage === 'cookie' && !isAtHome) {
    throw misconfigured('storage "cookie" needs a page of the same origin as the issuer')
  }
  const own = typeof storage === 'object' ? storage : undefined
  const sharedName = own ? own.sharedAs : storage === 'cookie' ? 'cookie' : undefined
  return {
    issuer,
    issuerText: options.issuer,
    clientId,
    audience,
    scope,
    apis: parseApis(options.apis ?? defaultApis(audience, issuer), issuer),
    storage: own ?? (storage === 'cookie' ? undefined : memoryStorage()),
    isResumable: storage !== 'memory',
    sharedAs: sharedName && JSON.stringify(['ostiary', options.issuer, clientId, audience, scope, sharedName]),
    stepUp: singleFlight(options.stepUp),
    // Called as a method of another object, browsers refuse theirs.
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    clock,
  }
}

/** The person is asked once, for however many requests. */
function singleFlight(stepUp: ClientOptions['stepUp']): ClientOptions['stepUp'] {
  let running: Promise<boolean> | undefined
  return (
    stepUp &&
    ((needed) => {
      running ??= stepUp(needed).finally(() => {
        running = undefined
      })
      return running
    })
  )
}

function parseIssuer(text: string): URL {
  const issuer = URL.parse(text)
  const isLoopback = /^((.+\.)?localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(issuer?.hostname ?? '')
  if (issuer?.protocol === 'https:' || (issuer?.protocol === 'http:' && isLoopback)) return issuer
  throw misconfigured('issuer must be an https URL; http is for loopback hosts')
}

function defaultApis(audience: string | undefined, issuer: URL): readonly string[] {
  const url = URL.parse(audience ?? '')
  return url && /^https?:$/.test(url.protocol) && url.origin !== issuer.origin ? [url.origin] : []
}

function parseApis(apis: readonly string[], issuer: URL): readonly string[] {
  const places = apis.map((api) => locateBelow(URL.parse(api)))
  if (places.some((place) => place === undefined)) {
    throw misconfigured('apis must be origins, such as https://api.example.com, or URLs below which an API stands')
  }
  if (issuer.pathname === '/' && places.includes(`${issuer.origin}/`)) {
    throw misconfigured(
      'an API on the origin of the issuer needs a path, or an issuer with one: the issuer gets no access tokens',
    )
  }
  return places.filter((place) => place !== undefined)
}

/** The origin and path of a URL with a slash at its end; undefined for what is no such URL. */
export function locateBelow(url: URL | null): string | undefined {
  if (!url || url.origin === 'null' || url.search !== '' || url.hash !== '') return undefined
  return `${url.origin}${url.pathname.replace(/\/?$/, '/')}`
}

function memoryStorage(): TokenStorage {
  let held: string | undefined
  return {
    load: () => held,
    save: (refreshToken) => {
      held = refreshToken
    },
    clear: () => {
      held = undefined
    },
  }
}

function misconfigured(message: string): ClientError {
  return new ClientError('misconfigured', message)
}
