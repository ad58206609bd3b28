import type { Api, ApiPermission } from '../../domain/apis/api.ts'
import { describeRefusedAccess, resolveAccess } from '../../domain/apis/resolve-access.ts'
import { recordAuditEvent } from '../../domain/audit/record-audit-event.ts'
import { admitToApi } from '../../domain/clients/admit-to-api.ts'
import type { Client } from '../../domain/clients/client.ts'
import { provesEnough } from '../../domain/login/demand-of-access.ts'
import { isServerScope } from '../../domain/names/scope-token.ts'
import { momentAfterRevocations } from '../../domain/revocations/moment-after-revocations.ts'
import type { ActorClaim } from '../../domain/tokens/access-token-claims.ts'
import type { AccessTokenRequest } from '../../domain/tokens/issue-access-token.ts'
import { type VerifiedIssuedToken, verifyIssuedToken } from '../../domain/tokens/verify-issued-token.ts'
import { toEpochSeconds } from '../../platform/clock/clock.ts'
import { judgeIssuedToken } from '../judge-issued-token.ts'
import { refuseRequest } from '../oauth-error.ts'
import { tokenType } from '../token-answer.ts'
import { ACCESS_TOKEN_URN, type ExchangeRequest } from './parse-request.ts'
import type { GrantedTokens, TokenEndpointDeps } from './token-deps.ts'

/** So many may stand behind each other in `act`. */
const MOST_ACTORS = 4

/**
 * Exchanges a person's token for one with which the client acts for them at another API, or with less at the same: RFC 8693. It has no scope
 * that the first one has not, ends no later, belongs to the same session, and begins when the first one began, so that whatever is revoked
 * of the first one up to a moment is revoked of it too.
 */
export async function exchangeToken(
  deps: TokenEndpointDeps,
  client: Client,
  { subjectToken, audience, scopes }: ExchangeRequest,
  jkt: string | undefined,
): Promise<GrantedTokens> {
  const { database, clock, tokenIssuer } = deps
  const now = toEpochSeconds(clock.now())
  const subject = await verifyIssuedToken(deps, database.read, subjectToken)
  // Whoever verifies allows for clocks that differ; what is over here is over.
  if (!subject || subject.claims.exp <= now) return unacceptable('not_verified')
  if (!mayExchange(client, subject)) return unacceptable('foreign')
  // An administrator acts at the one API that they named.
  if (readActor(subject)?.impersonation) return unacceptable('impersonated')
  if (!provesKey(client, subject, jkt)) return unproven
  const actor = nameActor(client, subject)
  if (countActors(actor) > MOST_ACTORS) return unacceptable('too_many_actors')
  const held = readScopes(subject).filter((scope) => mayHave(client, scope))
  // Nobody acts for an administrator.
  const access = admitToApi(
    undefined,
    await resolveAccess(database.read, { audience: audience ?? subject.audience, scopes }),
  )
  if (!access.ok) {
    const error = access.reason === 'unknown_scope' ? 'invalid_scope' : 'invalid_target'
    return refuseRequest(error, describeRefusedAccess(access))
  }
  if (scopes?.some((scope) => !held.includes(scope)))
    return refuseRequest('invalid_scope', 'The token has not all of that, or the client is not registered for it.')
  const granted = access.scopes.filter((scope) => held.includes(scope))
  if (granted.length === 0) return refuseRequest('invalid_scope', 'The token has no scope of that API.')
  const begins = await momentAfterRevocations(database.read, { clientId: client.id }, subject.issuedAt)
  // Asked last: what is revoked from now on concerns the new token by its session or by when it begins.
  if (!(await judgeIssuedToken(database.read, clock, subject)).isGood) return unacceptable('revoked')
  const { api } = access
  // Of who signed in elsewhere the token says nothing.
  const person = { accountId: subject.subject, methods: subject.claims.amr ?? [] }
  if (!(await provesEnough(database.read, person, { client, api }))) return factorRequired
  const expiresAt = Math.min(subject.claims.exp, now + api.lifetimeSeconds)
  await recordExchange(deps, client, subject, { audience: api.audience, scopes: granted })
  const { token, scope } = await tokenIssuer.issueAccessToken({
    ...{ api, scopes: granted, subject: subject.subject, clientId: client.id, sessionId: subject.sessionId },
    ...{
      now: begins,
      expiresAt,
      authentication: readAuthentication(subject),
      actor,
      jkt,
      organizationId: subject.claims.org_id,
      allows: (permission) => mayCarry(subject, api, permission),
    },
  })
  deps.countToken(api.algorithm, 'token_exchange')
  const answer = { access_token: token, token_type: tokenType(jkt), expires_in: expiresAt - now, scope }
  return { ok: true, answer: { ...answer, issued_token_type: ACCESS_TOKEN_URN } }
}

/** A client that is registered for some scopes gets no others; its scopes of this server itself say nothing of an API's. */
function mayHave({ scopes }: Client, scope: string): boolean {
  const ofApis = scopes.filter((own) => !isServerScope(own))
  return ofApis.length === 0 || ofApis.includes(scope)
}

/** Whoever found a token somewhere gets nothing for it: it must have been given to this client, or be for the API that the client guards. */
function mayExchange(
  client: Client,
  { clientId, audience, subject, sessionId, isOfSharedSecret }: VerifiedIssuedToken,
): boolean {
  // Its API could have made it, for anybody.
  if (isOfSharedSecret) return false
  const isPersons = sessionId !== undefined && subject !== clientId
  return isPersons && (clientId === client.id || client.scopes.includes(`introspect:${audience}`))
}

/**
 * What is bound never becomes a bearer token. The client that it was given to has its key; the API that guards it was shown that key in a
 * proof, and proves one of its own.
 */
function provesKey(client: Client, subject: VerifiedIssuedToken, jkt: string | undefined): boolean {
  if (subject.jkt === undefined || subject.jkt === jkt) return true
  return jkt !== undefined && client.type === 'confidential' && subject.clientId !== client.id
}

/**
 * At the same API what the first token carried; at another one only what a scope of the first token covers, since nobody has said more of
 * what may be done there.
 */
function mayCarry({ audience, claims }: VerifiedIssuedToken, api: Api, { name, scope }: ApiPermission): boolean {
  if (audience !== api.audience) return scope !== undefined
  return Array.isArray(claims.permissions) && claims.permissions.includes(name)
}

function readActor({ claims }: VerifiedIssuedToken): ActorClaim | undefined {
  return (claims as { readonly act?: ActorClaim }).act
}

function nameActor(client: Client, subject: VerifiedIssuedToken): ActorClaim {
  const act = readActor(subject)
  return { sub: client.id, ...(act && { act }) }
}

function countActors({ act }: ActorClaim): number {
  return 1 + (act === undefined ? 0 : countActors(act))
}

function readAuthentication({
  claims: { auth_time, amr = [] },
}: VerifiedIssuedToken): AccessTokenRequest['authentication'] {
  return auth_time === undefined ? undefined : { at: auth_time * 1000, methods: amr }
}

function readScopes({ claims }: VerifiedIssuedToken): readonly string[] {
  return claims.scope?.split(' ') ?? []
}

async function recordExchange(
  { database }: TokenEndpointDeps,
  client: Client,
  { subject, sessionId, audience: from, jti }: VerifiedIssuedToken,
  to: { readonly audience: string; readonly scopes: readonly string[] },
): Promise<void> {
  await database.write((tx) =>
    recordAuditEvent(tx, {
      act: 'token.exchanged',
      actor: `client:${client.id}`,
      outcome: 'done',
      accountId: subject,
      sessionId,
      clientId: client.id,
      detail: { from, jti, ...to },
    }),
  )
}

/** RFC 8693 §2.2.2: one answer, whatever the reason. */
function unacceptable(reason: string): GrantedTokens {
  return refuseRequest(
    'invalid_request',
    'subject_token is no live token of a person that was given to this client or is for the API that it guards.',
    reason,
  )
}

const factorRequired = refuseRequest(
  'invalid_target',
  'A second factor is required for that, and the person of subject_token signed in without one.',
)

const unproven = refuseRequest(
  'invalid_dpop_proof',
  'subject_token is bound to a key: send a proof, with that key if the token was given to you.',
)
