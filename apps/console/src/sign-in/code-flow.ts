import type { NeededLogin } from '@ostiary/client'
import { consoleUrl, type IssuerMetadata } from '../issuer-place.ts'
import { adminPermissionNames } from './admin-permissions.ts'
import { ADMIN_AUDIENCE, CONSOLE_CLIENT } from './console-client.ts'

const KEY = 'ostiary.console.sign-in'
const redirectUri = new URL('callback', consoleUrl).href

/** What waits in this tab while the person is at the login page. */
interface BegunSignIn {
  readonly state: string
  readonly verifier: string
  /** The path below `/console` to come back to, with its query. */
  readonly returnTo: string
}

export type FinishedSignIn =
  | { readonly ok: true; readonly refreshToken: string; readonly returnTo: string }
  | { readonly ok: false; readonly sentence: string; readonly returnTo: string }

/** Leaves this page for the login page; the person comes back to where they were. @see RFC 6749 §4.1.1, RFC 7636 §4.3, RFC 9470 §4 */
export async function beginSignIn(
  { authorization_endpoint }: IssuerMetadata,
  { needed, returnTo }: { readonly needed?: NeededLogin; readonly returnTo: string },
): Promise<void> {
  const begun: BegunSignIn = { state: randomText(), verifier: randomText(), returnTo }
  sessionStorage.setItem(KEY, JSON.stringify(begun))
  const url = new URL(authorization_endpoint)
  const parameters = {
    response_type: 'code',
    client_id: CONSOLE_CLIENT,
    redirect_uri: redirectUri,
    resource: ADMIN_AUDIENCE,
    // With openid the session ends with the browser's own; userinfo says who is signed in.
    scope: ['openid', 'profile', ...adminPermissionNames].join(' '),
    state: begun.state,
    code_challenge: await challengeOf(begun.verifier),
    code_challenge_method: 'S256',
    ...(needed && needed.acrValues.length > 0 && { acr_values: needed.acrValues.join(' ') }),
    ...(needed?.maxAgeSeconds !== undefined && { max_age: `${needed.maxAgeSeconds}` }),
  }
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  location.assign(url)
}

/** Whether this address is the one that the login page leads back to. */
export function isCallback(): boolean {
  return location.href.split('?')[0] === redirectUri
}

/** Turns the answer of the authorization endpoint into a refresh token. @see RFC 6749 §4.1.2, §4.1.3, RFC 9207 §2.4 */
export async function finishSignIn(metadata: IssuerMetadata): Promise<FinishedSignIn> {
  const answer = new URLSearchParams(location.search)
  const begun = takeBegun()
  const returnTo = begun?.returnTo ?? '/'
  const fail = (sentence: string): FinishedSignIn => ({ ok: false, sentence, returnTo })
  if (!begun || answer.get('state') !== begun.state || answer.get('iss') !== metadata.issuer) {
    return fail('This sign-in was not begun in this tab, or it was finished already.')
  }
  const code = answer.get('code')
  if (code === null) return fail(answer.get('error_description') ?? 'The sign-in was not finished.')
  const response = await fetch(metadata.token_endpoint, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: CONSOLE_CLIENT,
      redirect_uri: redirectUri,
      code,
      code_verifier: begun.verifier,
    }),
  }).catch(() => undefined)
  if (!response) return fail('The server could not be reached.')
  const tokens = (await response.json().catch(() => ({}))) as { refresh_token?: string; error_description?: string }
  if (tokens.refresh_token === undefined) return fail(tokens.error_description ?? 'The server gave no session.')
  return { ok: true, refreshToken: tokens.refresh_token, returnTo }
}

function takeBegun(): BegunSignIn | undefined {
  const kept = sessionStorage.getItem(KEY)
  sessionStorage.removeItem(KEY)
  return kept === null ? undefined : (JSON.parse(kept) as BegunSignIn)
}

function randomText(): string {
  return toBase64url(crypto.getRandomValues(new Uint8Array(32)))
}

/** RFC 7636 §4.2 */
async function challengeOf(verifier: string): Promise<string> {
  return toBase64url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))))
}

function toBase64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}
