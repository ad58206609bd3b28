import type { ResolvedAccess } from '../../domain/apis/resolve-access.ts'
import { resolveGrant } from '../../domain/apis/resolve-grant.ts'
import { admitToApi } from '../../domain/clients/admit-to-api.ts'
import type { Client } from '../../domain/clients/client.ts'
import { provesEnough } from '../../domain/login/demand-of-access.ts'
import { momentForSession } from '../../domain/sessions/moment-for-session.ts'
import { openSession } from '../../domain/sessions/open-session.ts'
import { deriveCurrentToken } from '../../domain/sessions/refresh-token.ts'
import type { Session } from '../../domain/sessions/session.ts'
import type { TokenOrigin } from '../../domain/tokens/token-origin.ts'
import type { EpochMilliseconds } from '../../platform/clock/clock.ts'
import type { Transaction } from '../../platform/database/database.ts'
import { answerSession } from './answer-session.ts'
import type { GrantedTokens, TokenEndpointDeps } from './token-deps.ts'

/** What a person has allowed a client, as a session is opened of it. */
export interface SessionToOpen {
  readonly accountId: string
  readonly audience: string
  readonly scopes: readonly string[]
  /** When the person proved who they are. */
  readonly authenticatedAt: EpochMilliseconds
  /** How, as far as this server saw it (RFC 8176). */
  readonly methods: readonly string[]
  /** Of whoever will have the tokens. */
  readonly network: string
  readonly userAgent: string | undefined
  /** The browser's session that it ends with; undefined for one that stands by itself. */
  readonly parentId: string | undefined
  /** The organization that it acts for, to which the person has been admitted; absent: none. */
  readonly organizationId?: string | undefined
}

export interface OpenedSession {
  readonly session: Session
  readonly access: Extract<ResolvedAccess, { ok: true }>
}

/** Whom a session is opened for. */
export interface OpeningClient {
  readonly client: Client
  readonly refreshKeyId: string | undefined
  /** RFC 9449: the thumbprint of the key that it has proved; undefined without a proof. */
  readonly jkt: string | undefined
}

/** The key for the refresh token of a session that is about to be opened; undefined where the client gets none. */
export async function findRefreshKeyId(
  { refreshKeys }: TokenEndpointDeps,
  { grants }: Client,
): Promise<string | undefined> {
  return grants.includes('refresh_token') ? (await refreshKeys.newest()).id : undefined
}

export type SessionOpened =
  | ({ readonly ok: true } & OpenedSession)
  /** The API, or a scope of it, is not registered any more; or more is demanded by now than the person has proved. */
  | { readonly ok: false; readonly reason: 'foreign_target' | 'factor_required' }

/** Opens the session that a person has allowed a client. */
export async function openGrantedSession(
  tx: Transaction,
  { issuer }: TokenEndpointDeps,
  granted: SessionToOpen,
  { client, refreshKeyId, jkt }: OpeningClient,
): Promise<SessionOpened> {
  const access = admitToApi(client, await resolveGrant(tx.sql, issuer, granted))
  if (!access.ok) return { ok: false, reason: 'foreign_target' }
  if (!(await provesEnough(tx.sql, granted, { client, api: access.api })))
    return { ok: false, reason: 'factor_required' }
  const { accountId, network, userAgent, audience, scopes, authenticatedAt, methods, parentId, organizationId } =
    granted
  const session = await openSession(
    tx,
    { accountId, clientId: client.id, network, userAgent, authenticatedAt, methods },
    {
      ...{ audience, scopes, refreshKeyId, parentId, organizationId, limits: client.sessionLimits },
      // RFC 9449 §5: of a confidential client they are bound to the client already.
      dpopJkt: client.type === 'public' ? jkt : undefined,
    },
  )
  return { ok: true, session, access }
}

/** The first tokens of a session, which must be durable by now: an access token, and what else the client and the scopes ask for. */
export async function answerOpenedSession(
  deps: TokenEndpointDeps,
  client: Client,
  {
    origin,
    session,
    access,
    jkt,
    nonce,
  }: OpenedSession & {
    readonly origin: TokenOrigin
    readonly jkt: string | undefined
    readonly nonce?: string | undefined
  },
): Promise<GrantedTokens> {
  const now = await momentForSession(deps.database.read, session)
  const { api, scopes } = access
  const answer = await answerSession(deps, { origin, session, client, api, scopes, now, jkt, nonce })
  if (session.refreshKeyId === undefined) return { ok: true, answer }
  return { ok: true, answer: { ...answer, refresh_token: await deriveCurrentToken(deps.refreshKeys, session) } }
}
