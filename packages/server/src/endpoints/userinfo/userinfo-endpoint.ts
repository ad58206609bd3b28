import type { FastifyReply, FastifyRequest } from 'fastify'
import { findClient } from '../../domain/clients/find-client.ts'
import { type ProofVerifier, proofAlgorithms } from '../../domain/dpop/proof-verifier.ts'
import { findProfile } from '../../domain/profiles/find-profile.ts'
import { issueUserinfoToken } from '../../domain/tokens/issue-userinfo-token.ts'
import {
  type IssuedTokenDeps,
  type VerifiedIssuedToken,
  verifyIssuedToken,
} from '../../domain/tokens/verify-issued-token.ts'
import type { Database } from '../../platform/database/database.ts'
import { allowAnyOrigin } from '../../platform/http/allow-any-origin.ts'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { readParameters } from '../client-authentication.ts'
import type { IssuerUrls } from '../issuer-urls.ts'
import { judgeIssuedToken } from '../judge-issued-token.ts'
import { answerOauthErrors, type OauthError, sendOauthError } from '../oauth-error.ts'
import { proofFaults } from '../read-proof.ts'
import { chooseUserinfoAlgorithm } from './choose-userinfo-algorithm.ts'
import { findOrganizationClaims } from './find-organization-claims.ts'
import { renderClaims } from './render-claims.ts'

export interface UserinfoDeps extends IssuedTokenDeps {
  readonly urls: IssuerUrls
  readonly database: Database
  readonly proofs: ProofVerifier
}

/** Tells an app who the person is that its access token stands for. */
export function userinfoEndpoint(server: HttpServer, deps: UserinfoDeps): void {
  const path = deps.urls.userinfoPath
  answerOauthErrors(server)
  allowAnyOrigin(server, [path])
  server.get(path, (request, reply) => answerUserinfo(deps, request, reply))
  server.post(path, (request, reply) => answerUserinfo(deps, request, reply))
}

async function answerUserinfo(deps: UserinfoDeps, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const found = findToken(request)
  if (!found.ok) return sendOauthError(reply, found.error)
  const { scheme, token } = found
  const verified = await verifyIssuedToken(deps, deps.database.read, token)
  if (!verified || verified.isOfSharedSecret) return sendOauthError(reply, challenge(scheme, invalidToken))
  const unproven = await findUnproven(deps, request, reply, { ...found, jkt: verified.jkt })
  if (unproven) return sendOauthError(reply, challenge(scheme, unproven))
  const judged = await judgeIssuedToken(deps.database.read, deps.clock, verified)
  if (!judged.isGood) return sendOauthError(reply, challenge(scheme, invalidToken))
  const scopes = verified.claims.scope?.split(' ') ?? []
  if (!scopes.includes('openid') || !judged.account) return sendOauthError(reply, challenge(scheme, insufficientScope))
  const profile = await findProfile(deps.database.read, judged.account.id)
  reply.header('cache-control', 'no-store')
  const { clientId } = verified
  const client = await findClient(deps.database.read, clientId)
  const acting = { accountId: judged.account.id, organizationId: verified.claims.org_id, scopes }
  const claims = {
    ...renderClaims(judged.account, profile, scopes),
    ...(await findOrganizationClaims(deps.database.read, client, acting)),
  }
  const algorithm = chooseUserinfoAlgorithm(client, request.headers.accept)
  if (algorithm === undefined) return reply.send(claims)
  const signing = { clientId, algorithm, claims, now: deps.clock.now() }
  return reply.type('application/jwt').send(await issueUserinfoToken(deps.issuer, deps.keyRing, signing))
}

/** RFC 9449 §7.1 and §7.2: a bound token comes with its proof, and an unbound one without. */
async function findUnproven(
  { proofs, urls }: UserinfoDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { scheme, token, jkt }: PresentedToken & Pick<VerifiedIssuedToken, 'jkt'>,
): Promise<Fault | undefined> {
  if (scheme === 'Bearer') return jkt === undefined ? undefined : invalidToken
  if (jkt === undefined) return invalidToken
  const { method } = request
  const { dpop: proof = '' } = request.headers
  const verified = await proofs.verify({ proof, method, url: urls.userinfoUrl, accessToken: token })
  reply.header('dpop-nonce', verified.nonce)
  if (!verified.ok) return { status: 401, error: verified.reason, description: proofFaults[verified.reason] }
  return verified.jkt === jkt ? undefined : invalidToken
}

interface PresentedToken {
  readonly scheme: 'Bearer' | 'DPoP'
  readonly token: string
}

type FoundToken = ({ readonly ok: true } & PresentedToken) | { readonly ok: false; readonly error: OauthError }

/** RFC 6750 §2.1 and §2.2, RFC 9449 §7.1: in the header or in a form, once, and not in both. */
function findToken(request: FastifyRequest): FoundToken {
  const { authorization } = request.headers
  // Node takes the first of several such headers, and whatever stands before this server may have read another one.
  const isRepeated = (request.raw.headersDistinct.authorization?.length ?? 0) > 1
  const inBody = readParameters(request.body).access_token
  if (authorization === undefined) {
    return inBody ? { ok: true, scheme: 'Bearer', token: inBody } : { ok: false, error: missingToken }
  }
  const [, scheme, token] = /^(Bearer|DPoP) +([\w~+/.-]+=*) *$/i.exec(authorization) ?? []
  if (inBody !== undefined || token === undefined || isRepeated)
    return { ok: false, error: challenge('Bearer', malformedToken) }
  return { ok: true, scheme: scheme?.toLowerCase() === 'dpop' ? 'DPoP' : 'Bearer', token }
}

const dpopOffer = `algs="${proofAlgorithms.join(' ')}"`

/** RFC 6750 §3.1: without credentials there is no error code in the challenge. */
const missingToken: OauthError = {
  status: 401,
  error: 'invalid_token',
  description: 'Send an access token as Authorization: Bearer, or as DPoP with its proof.',
  // Some clients read the first scheme alone.
  headers: { 'www-authenticate': `Bearer realm="ostiary", DPoP ${dpopOffer}` },
}

type Fault = Pick<OauthError, 'error' | 'description'> & { readonly status: 400 | 401 | 403; readonly scope?: string }

const malformedToken: Fault = {
  status: 400,
  error: 'invalid_request',
  description: 'Send one access token, as Authorization: Bearer or DPoP, or as access_token.',
}
const invalidToken: Fault = {
  status: 401,
  error: 'invalid_token',
  description: 'The access token is expired, revoked, not of this issuer, or bound to a key that was not proved.',
}
const insufficientScope: Fault = {
  status: 403,
  error: 'insufficient_scope',
  description: 'The access token needs the scope openid.',
  scope: 'openid',
}

/** RFC 6750 §3, RFC 9449 §7.1: who came with a proof is told of DPoP; to others it is offered behind Bearer. */
function challenge(scheme: PresentedToken['scheme'], { status, error, description, scope }: Fault): OauthError {
  const wanted = scope === undefined ? '' : `, scope="${scope}"`
  const offer = scheme === 'DPoP' ? dpopOffer : `DPoP ${dpopOffer}`
  const header = `${scheme} error="${error}", error_description="${description}"${wanted}, ${offer}`
  return { status, error, description, headers: { 'www-authenticate': header } }
}
