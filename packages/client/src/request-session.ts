import type { Credentials } from './client.ts'
import { ClientError } from './client-error.ts'
import type { FindEndpoint } from './discover-endpoints.ts'
import { type HeldToken, parseHeldToken, takeMoment } from './held-token.ts'
import type { ClientSettings } from './parse-options.ts'
import { type Answer, sendRequest } from './send-request.ts'

/** What a login or a refresh gives. Without a refresh token when that is in the cookie. */
export interface Granted {
  readonly token: HeldToken
  readonly refreshToken: string | undefined
}

/** Sends a password for a session. */
export async function requestLogin(
  settings: ClientSettings,
  find: FindEndpoint,
  { username, password, otp }: Credentials,
): Promise<Granted> {
  const { clientId, audience, scope, storage } = settings
  const url = await find('login_endpoint')
  const since = takeMoment(settings.clock)
  const members = { username, password, otp, audience, scope, client_id: clientId }
  const body = { ...members, refresh_in: storage ? 'body' : 'cookie' }
  const answer = await sendRequest(settings, url, asJson(body), 'login_throttled')
  const { code } = answer.body
  if (code === 'second_factor_required') throw new ClientError(code, 'A second factor is asked for.')
  if (code === 'invalid_otp') throw new ClientError('second_factor_refused', 'The code did not match.')
  if (answer.status === 401) throw new ClientError('login_refused', 'The user name and password did not match.')
  return { token: parseHeldToken(answer, since), refreshToken: readRefreshToken(answer) }
}

/**
 * Sends the refresh token, or lets the cookie be sent. Undefined: the server says that the session is over (RFC 6749 §5.2
 * `invalid_grant`), or there is no cookie.
 */
export async function requestRefresh(
  settings: ClientSettings,
  find: FindEndpoint,
  refreshToken: string | undefined,
): Promise<Granted | undefined> {
  const url = await find('token_endpoint')
  const form = new URLSearchParams({ grant_type: 'refresh_token', client_id: settings.clientId })
  if (refreshToken !== undefined) form.set('refresh_token', refreshToken)
  const since = takeMoment(settings.clock)
  const answer = await sendRequest(settings, url, { method: 'POST', body: form })
  const { error } = answer.body
  if (answer.status === 400 && error === 'invalid_grant') return undefined
  if (answer.status === 400 && error === 'invalid_request' && refreshToken === undefined) return undefined
  return { token: parseHeldToken(answer, since), refreshToken: readRefreshToken(answer) }
}

/**
 * Ends the session of the refresh token, or of the cookie. A page of another origin can't log out by the logout endpoint, which has no
 * CORS; revoking the token (RFC 7009 §2.1) ends the session as well.
 */
export async function requestLogout(
  settings: ClientSettings,
  find: FindEndpoint,
  refreshToken: string | undefined,
  everywhere: boolean,
): Promise<void> {
  const isElsewhere = globalThis.location !== undefined && globalThis.location.origin !== settings.issuer.origin
  if (isElsewhere && everywhere) {
    throw new ClientError('misconfigured', 'Logging out everywhere needs a page of the same origin as the issuer.')
  }
  const { clientId } = settings
  const answer =
    isElsewhere && refreshToken !== undefined
      ? await sendRequest(settings, await find('revocation_endpoint'), {
          method: 'POST',
          body: new URLSearchParams({ token: refreshToken, client_id: clientId }),
        })
      : await sendRequest(
          settings,
          await find('logout_endpoint'),
          asJson({ refresh_token: refreshToken, client_id: clientId, everywhere }),
        )
  // Led to the login page (in browsers an opaque answer of status 0): there was no session.
  if (answer.status >= 400)
    throw new ClientError('misconfigured', `The server answered ${answer.status} to the logout.`)
}

function asJson(members: object): RequestInit {
  return { method: 'POST', body: JSON.stringify(members), headers: { 'content-type': 'application/json' } }
}

function readRefreshToken({ body }: Answer): string | undefined {
  return typeof body.refresh_token === 'string' ? body.refresh_token : undefined
}
