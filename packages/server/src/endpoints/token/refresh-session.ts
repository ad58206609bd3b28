import type { ResolvedAccess } from '../../domain/apis/resolve-access.ts'
import { resolveGrant } from '../../domain/apis/resolve-grant.ts'
import { admitToApi } from '../../domain/clients/admit-to-api.ts'
import type { Client } from '../../domain/clients/client.ts'
import { provesEnough } from '../../domain/login/demand-of-access.ts'
import type { RefreshOutcome } from '../../domain/sessions/refresh-outcome.ts'
import { deriveCurrentToken, verifyRefreshToken } from '../../domain/sessions/refresh-token.ts'
import { type RefusedRotation, type Rotation, rotateSession } from '../../domain/sessions/rotate-session.ts'
import type { Session } from '../../domain/sessions/session.ts'
import type { Queries, Transaction } from '../../platform/database/database.ts'
import { authenticateCredentials, type ReadCredentials } from '../client-authentication.ts'
import { type OauthError, refuseRequest } from '../oauth-error.ts'
import { findMissingProof, type ReadProof } from '../read-proof.ts'
import { mayAsk } from '../resolve-wanted.ts'
import type { TokenAnswer } from '../token-answer.ts'
import { answerSession } from './answer-session.ts'
import type { RefreshRequest } from './parse-request.ts'
import type { TokenEndpointDeps } from './token-deps.ts'

export type Refreshed =
  | {
      readonly ok: true
      readonly answer: TokenAnswer
      readonly successor: string
      /** Until the session ends unless it is used before. */
      readonly expiresInMilliseconds: number
    }
  | { readonly ok: false; readonly error: OauthError }

export interface PresentedRefresh {
  readonly refreshToken: string
  /** Which key the client proves to have. Asked once the token is one of ours: each proof that is good is stored. */
  readonly prove: () => Promise<ReadProof>
}

/** Rotates a session by its refresh token, and issues an access token of it. */
export async function refreshSession(
  deps: TokenEndpointDeps,
  read: Extract<ReadCredentials, { ok: true }>,
  { refreshToken, audience, scopes, organization, prove }: RefreshRequest & PresentedRefresh,
): Promise<Refreshed> {
  const { database, refreshKeys } = deps
  // First, since it asks the database for nothing: a flood of forged tokens costs a hash each.
  const content = await verifyRefreshToken(refreshKeys, refreshToken, read.credentials.clientId)
  if (content === undefined) return refuse(deps, 'refused')
  const proof = await prove()
  if (!proof.ok) return proof
  const { jkt } = proof
  const authenticated = await authenticateCredentials(deps, read)
  if (!authenticated.ok) return authenticated
  if (!authenticated.client.grants.includes('refresh_token')) {
    return refuseRequest('unauthorized_client', 'The client is not registered for the grant refresh_token.')
  }
  const missing = findMissingProof(authenticated.client, jkt)
  if (missing) return { ok: false, error: missing }
  const newestKey = await refreshKeys.newest()
  const { client } = authenticated
  const wanted = { audience, scopes, organization, maySwitchOrganization: client.isFirstParty, jkt }
  const rotate = async (tx: Transaction) => {
    const rotation = await rotateSession(tx, content, newestKey, wanted)
    return rotation.ok ? grantAccess(tx, deps.issuer, rotation, { client, scopes }) : rotation
  }
  try {
    // Whoever presents the same token again gets the same successor: so it is safe when nobody knows whether it was stored.
    const rotated = await database.write(rotate, { isRepeatable: true })
    if (!rotated.ok) return refuseRotation(deps, rotated.reason, jkt)
    return await answerRotation(deps, client, rotated, { ...rotated.access, jkt })
  } catch (error) {
    if (error instanceof NotGrantedError) return refuseAccess(deps, error.reason)
    throw error
  }
}

/** Ends the transaction: the session stays in its generation, and the token is good when what was in its way is gone. */
class NotGrantedError extends Error {
  override readonly name = 'NotGrantedError'
  readonly reason: 'not_admitted' | 'factor_required'

  constructor(reason: NotGrantedError['reason']) {
    super(reason)
    this.reason = reason
  }
}

type Rotated = Extract<Rotation, { ok: true }>

/** @throws NotGrantedError */
async function grantAccess(
  tx: Transaction,
  issuer: string,
  rotation: Rotated,
  { client, scopes }: { readonly client: Client; readonly scopes: readonly string[] | undefined },
): Promise<Rotated & { readonly access: Extract<ResolvedAccess, { ok: true }> }> {
  const { session } = rotation
  const access = admitToApi(client, await resolveSessionAccess(tx.sql, issuer, session, { client, scopes }))
  if (!access.ok) throw new NotGrantedError('not_admitted')
  if (!(await provesEnough(tx.sql, session, { client, api: access.api }))) throw new NotGrantedError('factor_required')
  return { ...rotation, access }
}

function refuseAccess(deps: TokenEndpointDeps, reason: NotGrantedError['reason']): Refreshed {
  if (reason === 'factor_required') return refuse(deps, reason)
  return refuseRequest(
    'invalid_target',
    'The API of this session, or a scope that it has, is not registered any more, or not for this client.',
  )
}

/** What was taken from the client since is not in its tokens any more, though the person once allowed it. */
function resolveSessionAccess(
  sql: Queries,
  issuer: string,
  { audience, scopes: granted }: Session,
  { client, scopes = granted }: { readonly client: Client; readonly scopes: readonly string[] | undefined },
): Promise<ResolvedAccess> {
  return resolveGrant(sql, issuer, { audience, scopes: scopes.filter((scope) => mayAsk(client, scope)) })
}

async function answerRotation(
  deps: TokenEndpointDeps,
  client: Client,
  { session, wasRotated, moment }: Rotated,
  { api, scopes, jkt }: Extract<ResolvedAccess, { ok: true }> & { readonly jkt: string | undefined },
): Promise<Refreshed> {
  const { refreshKeys, countRefresh, clock } = deps
  const answer = await answerSession(deps, { origin: 'refresh_token', session, client, api, scopes, now: moment, jkt })
  countRefresh(wasRotated ? 'rotated' : 'repeated')
  const successor = await deriveCurrentToken(refreshKeys, session)
  return { ok: true, answer, successor, expiresInMilliseconds: session.expiresAt - clock.now() }
}

function refuseRotation(deps: TokenEndpointDeps, reason: RefusedRotation, jkt: string | undefined): Refreshed {
  if (reason === 'invalid_scope') {
    return refuseRequest(reason, 'Ask for scopes that the session has.')
  }
  if (reason === 'invalid_target') {
    return refuseRequest(reason, 'The session is for another API.')
  }
  if (reason === 'invalid_organization') {
    return refuseRequest(
      'invalid_target',
      'The person does not belong to such an organization, or has to agree that this app acts for it: ask at /authorize.',
    )
  }
  if (reason === 'foreign_key' && jkt === undefined) {
    return refuseRequest('invalid_dpop_proof', 'The refresh token is bound to a key: send a DPoP proof.')
  }
  return refuse(deps, reason === 'foreign_key' ? 'refused' : reason)
}

/** One sentence for all of them: who holds a copy learns nothing of what became of the session. */
function refuse(deps: TokenEndpointDeps, outcome: Exclude<RefreshOutcome, 'rotated' | 'repeated'>): Refreshed {
  deps.countRefresh(outcome)
  const description =
    'The session has ended, the token is not one of ours, or it is bound to another key. Log in again.'
  return refuseRequest('invalid_grant', description, outcome)
}
