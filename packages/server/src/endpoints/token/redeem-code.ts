import { findAccount } from '../../domain/accounts/find-account.ts'
import { lockAccount } from '../../domain/accounts/lock-account.ts'
import type { ResolvedAccess } from '../../domain/apis/resolve-access.ts'
import { resolveGrant } from '../../domain/apis/resolve-grant.ts'
import {
  type CodePresentation,
  checkAuthorizationCode,
  type RefusedCode,
  useAuthorizationCode,
} from '../../domain/authorizations/authorization-code.ts'
import type { AuthorizationGrant } from '../../domain/authorizations/authorization-request.ts'
import type { Client } from '../../domain/clients/client.ts'
import { findSession } from '../../domain/sessions/find-session.ts'
import { isSessionLive } from '../../domain/sessions/is-session-live.ts'
import { momentForSession } from '../../domain/sessions/moment-for-session.ts'
import { openSession } from '../../domain/sessions/open-session.ts'
import { deriveCurrentToken } from '../../domain/sessions/refresh-token.ts'
import type { Session } from '../../domain/sessions/session.ts'
import type { Transaction } from '../../platform/database/database.ts'
import { answerSession } from './answer-session.ts'
import type { CodeRequest } from './parse-request.ts'
import type { GrantedTokens, TokenEndpointDeps } from './token-deps.ts'

type Opened =
  | {
      readonly ok: true
      readonly session: Session
      readonly grant: AuthorizationGrant
      readonly access: Extract<ResolvedAccess, { ok: true }>
    }
  | { readonly ok: false; readonly reason: RefusedCode | 'signed_out' | 'foreign_target' }

/** Somebody else used the code at the same moment: what this transaction did is undone. */
class CodeTakenError extends Error {
  override readonly name = 'CodeTakenError'
}

/** Gives tokens for an authorization code: RFC 6749 §4.1.3, OpenID Connect Core §3.1.3. */
export async function redeemCode(
  deps: TokenEndpointDeps,
  client: Client,
  request: CodeRequest,
): Promise<GrantedTokens> {
  const opened = await openForCode(deps, client, request)
  if (!opened.ok) {
    return opened.reason === 'foreign_target'
      ? refuse('invalid_target', 'The code was issued for another API.')
      : refuse(
          'invalid_grant',
          'The code is unknown, used, expired, or was issued for another client, redirect_uri or verifier.',
        )
  }
  const { session, grant, access } = opened
  const now = await momentForSession(deps.database.read, session)
  const { api, scopes } = access
  const answer = await answerSession(deps, { session, client, api, scopes, now, nonce: grant.nonce })
  if (session.refreshKeyId === undefined) return { ok: true, answer }
  return { ok: true, answer: { ...answer, refresh_token: await deriveCurrentToken(deps.refreshKeys, session) } }
}

async function openForCode(deps: TokenEndpointDeps, client: Client, request: CodeRequest): Promise<Opened> {
  const refreshKey = client.grants.includes('refresh_token') ? await deps.refreshKeys.newest() : undefined
  const presented: CodePresentation = { ...request, clientId: client.id }
  const open = () =>
    deps.database.write((tx) =>
      openInTransaction(tx, deps, { client, request, presented, refreshKeyId: refreshKey?.id }),
    )
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
  { issuer }: TokenEndpointDeps,
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
  if (request.audience !== undefined && request.audience !== grant.audience)
    return { ok: false, reason: 'foreign_target' }
  if (!(await isStillSignedIn(tx, grant))) return { ok: false, reason: 'signed_out' }
  const access = await resolveGrant(tx.sql, issuer, grant)
  if (!access.ok) return { ok: false, reason: 'foreign_target' }
  const { accountId, network, userAgent, audience, scopes, authenticatedAt, methods } = grant
  // OpenID Connect Core §11: without offline_access nothing lives on when the person signs out.
  const endsWithBrowser = scopes.includes('openid') && !scopes.includes('offline_access')
  const session = await openSession(
    tx,
    { accountId, clientId: client.id, network, userAgent, authenticatedAt, methods },
    {
      ...{ audience, scopes, refreshKeyId },
      limits: client.sessionLimits,
      parentId: endsWithBrowser ? grant.browserSessionId : undefined,
    },
  )
  if (!(await useAuthorizationCode(tx, codeId, session.id))) throw new CodeTakenError()
  return { ok: true, session, grant, access }
}

async function isStillSignedIn(tx: Transaction, { accountId, browserSessionId }: AuthorizationGrant): Promise<boolean> {
  await lockAccount(tx, accountId)
  const account = await findAccount(tx.sql, accountId)
  if (!account || account.disabledAt !== undefined) return false
  const session = await findSession(tx.sql, browserSessionId)
  return session !== undefined && (await isSessionLive(tx.sql, session, tx.now))
}

function refuse(error: string, description: string): GrantedTokens {
  return { ok: false, error: { status: 400, error, description } }
}
