import { type TSchema, Type } from 'typebox'
import { LOGIN_CLIENT_ID } from '../../domain/clients/login-client.ts'
import { parameterText } from '../parameter-text.ts'

/** The body of `POST /login` on the wire, as `loginBodySchema` checks it. Parameters that we do not know are ignored. */
export interface LoginBody {
  readonly username: string
  readonly password: string
  /** A code from an authenticator app, or a recovery code. */
  readonly otp?: string
  readonly audience?: string
  readonly scope?: string
  readonly return_to?: string
  readonly client_id?: string
  readonly refresh_in?: string
  readonly organization?: string
  /** `yes`: this browser could make a passkey. */
  readonly passkey_offer?: string
}

export interface LoginQuery {
  readonly return_to?: string
  /** Somebody else is to sign in: the page is shown even to who is signed in. */
  readonly switch?: string
  /** Whoever is signed in signs in once more. */
  readonly anew?: string
}

export const loginBodySchema: TSchema = Type.Object({
  username: parameterText(320),
  // 256 characters that are composed may come decomposed, each as up to four.
  password: parameterText(1024),
  otp: Type.Optional(parameterText(64)),
  audience: Type.Optional(parameterText(512)),
  scope: Type.Optional(parameterText(4096)),
  return_to: Type.Optional(parameterText(2000)),
  client_id: Type.Optional(parameterText(128)),
  refresh_in: Type.Optional(Type.String({ pattern: '^(body|cookie)$' })),
  organization: Type.Optional(parameterText(128)),
  passkey_offer: Type.Optional(parameterText(8)),
})

/** The body of `POST /login/passkey` on the wire. */
export interface PasskeyBody {
  /** The JSON of a credential, as `PublicKeyCredential.toJSON()` gives it. */
  readonly credential: string
  readonly return_to?: string
}

export const passkeyBodySchema: TSchema = Type.Object({
  credential: parameterText(32_768),
  return_to: Type.Optional(parameterText(2000)),
})

export const loginQuerySchema: TSchema = Type.Object({
  return_to: Type.Optional(parameterText(2000)),
  switch: Type.Optional(parameterText(1)),
  anew: Type.Optional(parameterText(1)),
})

/** A login as the rooms inside speak of it. */
export interface LoginRequest {
  readonly username: string
  readonly password: string
  /** Of a second factor. */
  readonly otp: string | undefined
  readonly audience: string | undefined
  readonly scopes: readonly string[] | undefined
  /** The only ones that its client may have; absent where it may have any. */
  readonly registeredScopes?: readonly string[]
  /** The id or slug of the organization that the session is to act for; absent: none. */
  readonly organization: string | undefined
  /** The app that the session is for. */
  readonly clientId: string
  /** Where the refresh token is answered: a page of this origin may have it in a cookie that it can't read. */
  readonly refreshIn: 'body' | 'cookie'
}

/** RFC 6749 §3.1 and §3.3: an empty parameter counts as absent; scopes are divided by single blanks, in any order. */
export function parseLoginRequest(body: LoginBody): LoginRequest {
  return {
    username: body.username,
    password: body.password,
    otp: body.otp || undefined,
    audience: body.audience || undefined,
    scopes: body.scope ? body.scope.split(' ').filter((scope) => scope !== '') : undefined,
    organization: body.organization || undefined,
    clientId: body.client_id || LOGIN_CLIENT_ID,
    refreshIn: body.refresh_in === 'cookie' ? 'cookie' : 'body',
  }
}
