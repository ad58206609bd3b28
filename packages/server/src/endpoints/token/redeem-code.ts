import { findAccount } from '../../domain/accounts/find-account.ts'
import { isActive } from '../../domain/accounts/is-active.ts'
import { lockAccount } from '../../domain/accounts/lock-account.ts'
import { isSameResource } from '../../domain/apis/is-same-resource.ts'
import {
  type CodePresentation,
  checkAuthorizationCode,
  type RefusedCode,
  useAuthorizationCode,
} from '../../domain/authorizations/authorization-code.ts'
import type { AuthorizationGrant } from '../../domain/authorizations/authorization-request.ts'
import type { Client } from '../../domain/clients/client.ts'
import { findConsentedScopes } from '../../domain/consents/consents.ts'
import { admitToOrganization } from '../../domain/memberships/acting-organization.ts'
import { findSession } from '../../domain/sessions/find-session.ts'
import { isSessionLive } from '../../domain/sessions/is-session-live.ts'
import type { Transaction } from '../../platform/database/database.ts'
import { refuseRequest } from '../oauth-error.ts'
import {
  answerOpenedSession,
  findRefreshKeyId,
  type OpenedSession,
  openGrantedSession,
} from './open-granted-session.ts'
import type { CodeRequest } from './parse-request.ts'
import type { GrantedTokens, TokenEndpointDeps } from './token-deps.ts'

type Opened =
  | ({ readonly ok: true; readonly grant: AuthorizationGrant } & OpenedSession)
  | {
      readonly ok: false
      readonly reason: RefusedCode | 'signed_out' | 'no_member' | 'withdrawn' | 'foreign_target' | 'factor_required'
    }

/** Somebody else used the code at the same moment: what this transaction did is undone. */
class CodeTakenError extends Error {
  override readonly name = 'CodeTakenError'
}

/** Gives tokens for an authorization code: RFC 6749 §4.1.3, OpenID Connect Core §3.1.3. */
export async function redeemCode(
  deps: TokenEndpointDeps,
  client: Client,
  request: CodeRequest,
  jkt: string | undefined,
): Promise<GrantedTokens> {
  const opened = await openForCode(deps, client, request, jkt)
  if (!opened.ok) {
    return opened.reason === 'foreign_target'
      ? refuseRequest('invalid_target', 'The code was issued for another API.')
      : refuseRequest(
          'invalid_grant',
          'The code is unknown, used, expired, or was issued for another client, redirect_uri, verifier or key.',
          opened.reason,
        )
  }
  return answerOpenedSession(deps, client, { ...opened, origin: 'authorization_code', jkt, nonce: opened.grant.nonce })
}

async function openForCode(
  deps: TokenEndpointDeps,
  client: Client,
  request: CodeRequest,
  jkt: string | undefined,
): Promise<Opened> {
  const refreshKeyId = await findRefreshKeyId(deps, client)
  const presented: CodePresentation = { ...request, clientId: client.id, jkt }
  const open = () =>
    deps.database.write((tx) => openInTransaction(tx, deps, { client, request, presented, refreshKeyId }))
  try {
    return await open()
  } catch (error) {
    if (!(error instanceof CodeTakenError)) throw error
    // Now it is seen as used.
    return open()
  }
}

async function openInTransaction(
  tx: Transaction,
  deps: TokenEndpointDeps,
  {
    client,
    request,
    presented,
    refreshKeyId,
  }: {
    readonly client: Client
    readonly request: CodeRequest
    readonly presented: CodePresentation
    readonly refreshKeyId: string | undefined
  },
): Promise<Opened> {
  const checked = await checkAuthorizationCode(tx, presented)
  if (!checked.ok) return checked
  const { grant, codeId } = checked
  if (request.audience !== undefined && !isSameResource(request.audience, grant.audience))
    return { ok: false, reason: 'foreign_target' }
  if (!(await isStillSignedIn(tx, grant))) return { ok: false, reason: 'signed_out' }
  if (!(await isStillMember(tx, grant))) return { ok: false, reason: 'no_member' }
  if (!(await isStillAllowed(tx, client, grant))) return { ok: false, reason: 'withdrawn' }
  const { scopes } = grant
  // OpenID Connect Core §11: without offline_access nothing lives on when the person signs out.
  const endsWithBrowser = scopes.includes('openid') && !scopes.includes('offline_access')
  const parentId = endsWithBrowser ? grant.browserSessionId : undefined
  const { jkt } = presented
  const opened = await openGrantedSession(tx, deps, { ...grant, parentId }, { client, refreshKeyId, jkt })
  if (!opened.ok) return opened
  if (!(await useAuthorizationCode(tx, codeId, opened.session.id))) throw new CodeTakenError()
  return { ...opened, grant }
}

/** Whoever ends the membership waits until this transaction is over, and then finds the session. */
async function isStillMember(tx: Transaction, { accountId, organizationId }: AuthorizationGrant): Promise<boolean> {
  return organizationId === undefined || (await admitToOrganization(tx, accountId, organizationId)) !== undefined
}

/** Whoever withdraws what they allowed waits as well. An app of the operator's own was asked nothing for. */
async function isStillAllowed(tx: Transaction, { isFirstParty }: Client, grant: AuthorizationGrant): Promise<boolean> {
  if (isFirstParty) return true
  const agreed = await findConsentedScopes(tx.sql, grant)
  return agreed.length > 0 && grant.scopes.every((scope) => agreed.includes(scope))
}

async function isStillSignedIn(tx: Transaction, { accountId, browserSessionId }: AuthorizationGrant): Promise<boolean> {
  await lockAccount(tx, accountId)
  const account = await findAccount(tx.sql, accountId)
  if (!account || !isActive(account)) return false
  const session = await findSession(tx.sql, browserSessionId)
  return session !== undefined && (await isSessionLive(tx.sql, session, tx.now))
}
