import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  calculatePKCECodeChallenge,
  clockSkew,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
  type IDToken,
  None,
  type UserInfoResponse,
} from 'openid-client'
import { type Clock, type EpochMilliseconds, systemClock } from '../../platform/clock/clock.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'
import { authenticateAtApple } from './apple-client-secret.ts'
import { boundedFetch } from './bounded-fetch.ts'
import { findFaultOfIdToken } from './find-fault-of-id-token.ts'
import { githubEndpoints } from './github-endpoints.ts'
import { fetchGithubIdentity } from './github-identity.ts'
import type { Upstream, UpstreamIdentity } from './upstream.ts'
import { readUpstreamError, type UpstreamFailure } from './upstream-failure.ts'
import { openUpstreamSecret } from './upstream-secret.ts'

/** What this server asks an upstream, and holds its answer to. */
export interface UpstreamRequest {
  readonly redirectUri: string
  readonly state: string
  readonly nonce: string
  readonly codeVerifier: string
  /** Further parameters of OpenID Connect, such as `prompt`. */
  readonly parameters: Readonly<Record<string, string>>
}

export type UpstreamUrl = { readonly ok: true; readonly url: URL } | UpstreamFailure
export type UpstreamAnswer = { readonly ok: true; readonly identity: UpstreamIdentity } | UpstreamFailure

const METADATA_LIFETIME_MS = 600_000

/** Speaks with the upstreams, as a client of theirs. */
export class UpstreamClients {
  readonly #clock: Clock
  readonly #sealer: Sealer
  readonly #known = new Map<
    string,
    { readonly upstream: Upstream; readonly until: EpochMilliseconds; readonly found: Promise<Configuration> }
  >()

  constructor({ clock, sealer }: { readonly clock: Clock; readonly sealer: Sealer }) {
    this.#clock = clock
    this.#sealer = sealer
  }

  /** Where the person is sent: OpenID Connect Core §3.1.2.1, RFC 7636 §4.3. */
  async buildUrl(upstream: Upstream, request: UpstreamRequest): Promise<UpstreamUrl> {
    const { redirectUri, state, nonce, codeVerifier, parameters } = request
    try {
      const configuration = await this.#configure(upstream)
      const url = buildAuthorizationUrl(configuration, {
        redirect_uri: redirectUri,
        scope: upstream.scopes.join(' '),
        state,
        ...(upstream.kind === 'oidc' && { ...parameters, nonce }),
        // Apple answers so alone, where it is asked for a name or an address.
        ...(upstream.appleKey && { response_mode: 'form_post' }),
        code_challenge: await calculatePKCECodeChallenge(codeVerifier),
        code_challenge_method: 'S256',
      })
      return { ok: true, url }
    } catch (error) {
      return readUpstreamError(error)
    }
  }

  /**
   * Who the person is that the upstream has sent back: redeems the code and checks the ID token, or asks where there is none.
   *
   * @param callback the address that the browser came back to, with the upstream's parameters
   * @see OpenID Connect Core §3.1.3.7, RFC 9207 §2.4
   */
  async identify(upstream: Upstream, callback: URL, request: UpstreamRequest): Promise<UpstreamAnswer> {
    try {
      const configuration = await this.#configure(upstream)
      const tokens = await authorizationCodeGrant(configuration, callback, {
        expectedState: request.state,
        pkceCodeVerifier: request.codeVerifier,
        ...(upstream.kind === 'oidc' && { expectedNonce: request.nonce, idTokenExpected: true }),
      })
      if (upstream.kind === 'oauth2') return await fetchGithubIdentity(configuration, upstream, tokens.access_token)
      const claims = tokens.claims()
      if (claims === undefined || tokens.id_token === undefined)
        return { ok: false, reason: 'invalid_answer', sentence: 'there is no ID token' }
      const sentence = findFaultOfIdToken(tokens.id_token, claims, tokens.access_token)
      if (sentence !== undefined) return { ok: false, reason: 'invalid_answer', sentence }
      const more = await readUserinfo(configuration, tokens.access_token, claims)
      return { ok: true, identity: toIdentity(upstream, claims, more) }
    } catch (error) {
      return readUpstreamError(error)
    }
  }

  /** What a failed discovery leaves is not kept, and several who wait share one. */
  #configure(upstream: Upstream): Promise<Configuration> {
    const now = this.#clock.now()
    const known = this.#known.get(upstream.id)
    if (known && known.until > now && isSame(known.upstream, upstream)) return known.found
    const found = discover(upstream, openUpstreamSecret(this.#sealer, upstream), this.#clock)
    this.#known.set(upstream.id, { upstream, until: now + METADATA_LIFETIME_MS, found })
    found.catch(() => this.#known.delete(upstream.id))
    return found
  }
}

function isSame(one: Upstream, other: Upstream): boolean {
  if (one.kind !== other.kind) return false
  return one.issuer === other.issuer && one.clientId === other.clientId && one.sealedSecret === other.sealedSecret
}

/** Without the last of these a signature of an ID token would go unchecked, since TLS vouches for it (OpenID Connect Core §3.1.3.7). */
async function discover(upstream: Upstream, secret: string | undefined, clock: Clock): Promise<Configuration> {
  if (upstream.kind === 'oauth2') return describeGithub(upstream, secret)
  const { issuer, clientId } = upstream
  const server = new URL(issuer)
  const execute = server.protocol === 'http:' ? [allowInsecureRequests] : []
  // Its own time is that of this machine, which is not the one that counts.
  const metadata = { [clockSkew]: Math.round((clock.now() - systemClock.now()) / 1000) }
  return discovery(server, clientId, metadata, authenticateWith(upstream, secret, clock), {
    [customFetch]: boundedFetch,
    execute: [...execute, enableNonRepudiationChecks],
  })
}

/** It has no metadata to be read, takes its secret in the form, and answers 200 for errors too. */
function describeGithub({ issuer, clientId }: Upstream, secret: string | undefined): Configuration {
  const { issuer: responseIssuer, authorization, token } = githubEndpoints(issuer)
  const server = { issuer: responseIssuer, authorization_endpoint: authorization, token_endpoint: token }
  const authentication = secret === undefined ? None() : ClientSecretPost(secret)
  const configuration = new Configuration(server, clientId, undefined, authentication)
  configuration[customFetch] = boundedFetch
  if (new URL(issuer).protocol === 'http:') allowInsecureRequests(configuration)
  return configuration
}

/** RFC 8414 §2: client_secret_basic where the metadata say nothing. */
function authenticateWith(upstream: Upstream, secret: string | undefined, clock: Clock): ClientAuth {
  if (secret === undefined) return None()
  if (upstream.appleKey) return authenticateAtApple(upstream, upstream.appleKey, secret, clock)
  const [post, basic] = [ClientSecretPost(secret), ClientSecretBasic(secret)]
  return (server, ...rest) => {
    const takesPost = server.token_endpoint_auth_methods_supported?.includes('client_secret_post') ?? false
    return takesPost ? post(server, ...rest) : basic(server, ...rest)
  }
}

/** OpenID Connect Core §5.4: with an access token, a provider may keep these claims for its userinfo endpoint. */
async function readUserinfo(
  configuration: Configuration,
  accessToken: string,
  claims: IDToken,
): Promise<Partial<UserInfoResponse>> {
  const isMissing = claims.email === undefined || claims.preferred_username === undefined
  if (!isMissing || configuration.serverMetadata().userinfo_endpoint === undefined) return {}
  return fetchUserInfo(configuration, accessToken, claims.sub)
}

function toIdentity(
  { isEmailTrusted, appleKey }: Upstream,
  claims: IDToken,
  userinfo: Partial<UserInfoResponse>,
): UpstreamIdentity {
  // From one source: a verified address there says nothing of the address here.
  const source: Readonly<Record<string, unknown>> = claims.email === undefined ? userinfo : claims
  const { email, email_verified: said } = source
  // Apple alone documents that it may be a text.
  const isVerified = said === true || (appleKey !== undefined && said === 'true')
  const preferredUsername = claims.preferred_username ?? userinfo.preferred_username
  return {
    issuer: claims.iss,
    subject: claims.sub,
    verifiedEmail: isEmailTrusted && isVerified && typeof email === 'string' ? email : undefined,
    preferredUsername: typeof preferredUsername === 'string' ? preferredUsername : undefined,
    // RFC 7519 §2: a NumericDate may have a fraction, and PostgreSQL takes none for a number of milliseconds.
    authenticatedAt: claims.auth_time === undefined ? undefined : Math.floor(claims.auth_time * 1000),
  }
}
