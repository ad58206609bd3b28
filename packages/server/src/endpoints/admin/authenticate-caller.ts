import type { FastifyReply, FastifyRequest } from 'fastify'
import { ADMIN_AUDIENCE, type AdminPermission } from '../../domain/apis/admin-api.ts'
import { findApi } from '../../domain/apis/list-apis.ts'
import { reachesAcr } from '../../domain/assurance/acr.ts'
import type { Actor } from '../../domain/audit/audit-event.ts'
import { findClient } from '../../domain/clients/find-client.ts'
import { proofAlgorithms } from '../../domain/dpop/proof-verifier.ts'
import { type VerifiedIssuedToken, verifyIssuedToken } from '../../domain/tokens/verify-issued-token.ts'
import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import { Problem } from '../../platform/http/problem.ts'
import { judgeIssuedToken } from '../judge-issued-token.ts'
import type { AdminDeps } from './admin-deps.ts'

/** Who calls, as their token proves. */
export interface AdminCaller {
  /** In the audit log. */
  readonly actor: Actor
  /** The person; undefined for a program that acts for itself. */
  readonly accountId: string | undefined
  readonly clientId: string
  /** What this token lets its caller do: the person's permissions, or the program's scopes. */
  readonly permissions: ReadonlySet<string>
  /** When and how the person signed in; undefined for a program, or where the token does not say. */
  readonly authentication?: { readonly at: EpochMilliseconds; readonly methods: readonly string[] } | undefined
  /** By which they were let in. */
  readonly token: VerifiedIssuedToken
}

type Scheme = 'Bearer' | 'DPoP'

/**
 * Finds out who calls, by an access token of ours for the Admin API alone: it has to be what a guard of that audience accepts, and the database has
 * to say that it was not revoked and that its session is live. No cookie, and nobody who acts for somebody else.
 *
 * @throws Problem 401 `invalid_token` with a challenge (RFC 6750 §3)
 */
export async function authenticateCaller(
  deps: AdminDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<AdminCaller> {
  const { scheme, token } = readToken(request)
  const verified = await verifyIssuedToken(deps, deps.database.read, token)
  if (verified?.audience !== ADMIN_AUDIENCE) throw invalidToken(scheme)
  await requireProof(deps, request, reply, { scheme, token, jkt: verified.jkt })
  const judged = await judgeIssuedToken(deps.database.read, deps.clock, verified)
  if (!judged.isGood || verified.claims.act !== undefined) throw invalidToken(scheme)
  if (judged.account === undefined) return describeProgram(deps, verified)
  await requireFactor(deps, verified, scheme)
  return describePerson(verified, judged.account.id)
}

/** @throws Problem 403 `insufficient_permission` or `insufficient_scope`, which names what is missing */
export function requirePermission(
  { accountId, permissions }: Pick<AdminCaller, 'accountId' | 'permissions'>,
  permission: AdminPermission,
): void {
  if (permissions.has(permission)) return
  if (accountId !== undefined) {
    const detail = `This needs the permission ${permission}: a role that permits it, and a token with the scope ${permission}.`
    const headers = { 'www-authenticate': insufficient(permission) }
    throw new Problem({ status: 403, code: 'insufficient_permission', detail, headers, members: { permission } })
  }
  const detail = `This needs a token with the scope ${permission}.`
  const headers = { 'www-authenticate': insufficient(permission) }
  throw new Problem({ status: 403, code: 'insufficient_scope', detail, headers, members: { scope: permission } })
}

/** A client that acts for itself has scopes, and no permissions (RFC 9068 §2.2). One that was taken from it since then it has no more. */
async function describeProgram({ database }: AdminDeps, token: VerifiedIssuedToken): Promise<AdminCaller> {
  const { claims, clientId } = token
  const given = (await findClient(database.read, clientId))?.scopes ?? []
  const permissions = new Set((claims.scope ?? '').split(' ').filter((scope) => given.includes(scope)))
  return { actor: `client:${clientId}`, accountId: undefined, clientId, permissions, token }
}

function describePerson(token: VerifiedIssuedToken, accountId: string): AdminCaller {
  const { claims, clientId } = token
  const { permissions } = claims
  const held = Array.isArray(permissions) ? permissions.filter((name) => typeof name === 'string') : []
  const { auth_time: seconds, amr: methods = [] } = claims
  const authentication = seconds === undefined ? undefined : { at: seconds * 1000, methods }
  return { actor: `admin:${accountId}`, accountId, clientId, permissions: new Set(held), authentication, token }
}

/** RFC 6750 §2.1, RFC 9449 §7.1: in the header, and nowhere else. */
function readToken({ headers }: FastifyRequest): { readonly scheme: Scheme; readonly token: string } {
  const { authorization } = headers
  if (authorization === undefined) throw challenge('Bearer', missing)
  const [, scheme, token] = /^(Bearer|DPoP) +([\w~+/.-]+=*) *$/i.exec(authorization) ?? []
  if (token === undefined) throw challenge('Bearer', missing)
  return { scheme: scheme?.toLowerCase() === 'dpop' ? 'DPoP' : 'Bearer', token }
}

/** RFC 9449 §7.1 and §7.2: a bound token comes with its proof, and an unbound one without. */
async function requireProof(
  { proofs, urls }: AdminDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { scheme, token, jkt }: { readonly scheme: Scheme; readonly token: string; readonly jkt: string | undefined },
): Promise<void> {
  if ((scheme === 'DPoP') !== (jkt !== undefined)) throw invalidToken(scheme)
  if (jkt === undefined) return
  const { dpop: proof = '' } = request.headers
  const url = `${urls.origin}${request.url.split('?', 1)[0]}`
  const verified = await proofs.verify({ proof, method: request.method, url, accessToken: token })
  reply.header('dpop-nonce', verified.nonce)
  if (!verified.ok) {
    throw challenge(scheme, {
      error: verified.reason,
      detail: 'The token is bound to a key: send a DPoP proof for this request.',
      headers: { 'dpop-nonce': verified.nonce },
    })
  }
  if (verified.jkt !== jkt) throw invalidToken(scheme)
}

/**
 * A person has proved what the API demands. Tokens are issued to nobody else, but those of before the demand are good for a while.
 *
 * @see RFC 9470 §3
 */
async function requireFactor({ database }: AdminDeps, { claims }: VerifiedIssuedToken, scheme: Scheme): Promise<void> {
  const demanded = (await findApi(database.read, ADMIN_AUDIENCE))?.requiredAcr
  const methods = Array.isArray(claims.amr) ? claims.amr.filter((name) => typeof name === 'string') : []
  if (demanded === undefined || reachesAcr(methods, demanded)) return
  const detail = 'This needs a sign-in with a second factor: sign in anew.'
  const error = `error="insufficient_user_authentication", error_description="${detail}"`
  const headers = { 'www-authenticate': `${scheme} ${error}, acr_values="${demanded}"` }
  throw new Problem({ status: 401, code: 'insufficient_user_authentication', detail, headers })
}

interface Fault {
  /** RFC 6750 §3.1: without credentials there is none. */
  readonly error?: string
  readonly detail: string
  readonly headers?: Readonly<Record<string, string>>
}

const missing: Fault = {
  detail: `Send an access token for the audience ${ADMIN_AUDIENCE} as Authorization: Bearer, or as DPoP with its proof.`,
}

export function invalidToken(scheme: Scheme): Problem {
  return challenge(scheme, {
    error: 'invalid_token',
    detail: `The access token is expired, revoked, of an ended session, not for the audience ${ADMIN_AUDIENCE}, or bound to a key that was not proved.`,
  })
}

const dpopOffer = `algs="${proofAlgorithms.join(' ')}"`

function challenge(scheme: Scheme, { error, detail, headers }: Fault): Problem {
  const reason = error === undefined ? 'realm="ostiary-admin"' : `error="${error}", error_description="${detail}"`
  const offer = scheme === 'DPoP' ? dpopOffer : `DPoP ${dpopOffer}`
  const all = { ...headers, 'www-authenticate': `${scheme} ${reason}, ${offer}` }
  return new Problem({ status: 401, code: 'invalid_token', detail, headers: all })
}

/** RFC 6750 §3.1 */
function insufficient(scope: AdminPermission): string {
  return `Bearer error="insufficient_scope", scope="${scope}"`
}
