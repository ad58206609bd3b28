import { elapsedSince, type HeldToken, type TokenKeeper } from './held-token.ts'
import { type ClientSettings, locateBelow } from './parse-options.ts'
import { readStepUp } from './read-step-up.ts'

/** Younger than this, a token isn't replaced for a refusal whose reason can't be read. */
const TOO_YOUNG_MS = 10_000

/**
 * Sends a request with a token when it is for an API; tries once more with another token when that was refused, or after a new login
 * when that was asked for. Where it is redirected
 * to another origin, fetch itself takes the token away.
 *
 * @see https://fetch.spec.whatwg.org/#http-redirect-fetch step 13
 */
export async function fetchWithToken(
  settings: ClientSettings,
  keeper: TokenKeeper,
  input: string | URL | Request,
  init: RequestInit = {},
): Promise<Response> {
  const headers = new Headers(init.headers ?? (input instanceof Request ? input.headers : undefined))
  if (!isForApi(settings, input) || headers.has('authorization')) return settings.fetch(input, init)
  const send = ({ accessToken }: HeldToken): Promise<Response> => {
    headers.set('authorization', `Bearer ${accessToken}`)
    return settings.fetch(input, { ...init, headers })
  }
  const response = await sendFresh(settings, keeper, send, isRepeatable(input, init))
  const needed = readStepUp(response)
  if (!needed || !isRepeatable(input, init) || !(await settings.stepUp?.(needed))) return response
  await response.body?.cancel()
  return send(await keeper.getToken())
}

async function sendFresh(
  { clock }: ClientSettings,
  keeper: TokenKeeper,
  send: (token: HeldToken) => Promise<Response>,
  mayRepeat: boolean,
): Promise<Response> {
  const token = await keeper.getToken()
  const response = await send(token)
  if (!isTokenRefused(response, elapsedSince(clock, token.since))) return response
  const other = await keeper.replaceToken(token).catch(() => undefined)
  // Without another token the API's own answer says most. A stream is used up: the caller must make it anew.
  if (other === undefined || !mayRepeat) return response
  await response.body?.cancel()
  return send(other)
}

function isForApi({ apis, issuer }: ClientSettings, input: string | URL | Request): boolean {
  const base = globalThis.document?.baseURI ?? globalThis.location?.href
  const url = URL.parse(input instanceof Request ? input.url : String(input), base)
  if (!url) return false
  const isBelow = (place: string): boolean => `${url.origin}${url.pathname}/`.startsWith(place)
  const own = locateBelow(issuer) ?? ''
  // The issuer gets no tokens, but for an API of its own that is named with its path.
  const isIssuers = isBelow(own)
  return apis.some((place) => isBelow(place) && (!isIssuers || place.length > own.length))
}

/** RFC 6750 §3.1. From another origin the challenge can be read only where the API exposes it; then 401 has to do. */
function isTokenRefused({ status, headers }: Response, ageMilliseconds: number): boolean {
  if (status !== 401) return false
  const challenge = headers.get('www-authenticate')
  return challenge === null ? ageMilliseconds > TOO_YOUNG_MS : /\binvalid_token\b/.test(challenge)
}

function isRepeatable(input: string | URL | Request, { body }: RequestInit): boolean {
  if (body) return !(body instanceof ReadableStream) && !(Symbol.asyncIterator in Object(body))
  return !(input instanceof Request) || /^(GET|HEAD)$/.test(input.method) || input.body === null
}
