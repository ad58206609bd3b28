import { isSameResource } from '../../domain/apis/is-same-resource.ts'
import type { Client } from '../../domain/clients/client.ts'
import {
  pollDeviceAuthorization,
  type RefusedPoll,
} from '../../domain/device-authorizations/poll-device-authorization.ts'
import type { Transaction } from '../../platform/database/database.ts'
import { refuseRequest } from '../oauth-error.ts'
import {
  answerOpenedSession,
  findRefreshKeyId,
  type OpenedSession,
  type OpeningClient,
  openGrantedSession,
  type SessionOpened,
} from './open-granted-session.ts'
import type { DeviceCodeRequest } from './parse-request.ts'
import type { GrantedTokens, TokenEndpointDeps } from './token-deps.ts'

type RefusedOpening = Extract<SessionOpened, { ok: false }>['reason']

type Opened =
  | ({ readonly ok: true } & OpenedSession)
  | { readonly ok: false; readonly reason: RefusedPoll | RefusedOpening }

/** What opens no session must use no code either: what this transaction did is undone. */
class NotOpenedError extends Error {
  override readonly name = 'NotOpenedError'
  readonly reason: RefusedOpening

  constructor(reason: RefusedOpening) {
    super(reason)
    this.reason = reason
  }
}

/** Gives tokens for a device code once a person has allowed it: RFC 8628 §3.4 and §3.5. */
export async function redeemDeviceCode(
  deps: TokenEndpointDeps,
  client: Client,
  request: DeviceCodeRequest,
  jkt: string | undefined,
): Promise<GrantedTokens> {
  const refreshKeyId = await findRefreshKeyId(deps, client)
  const opened = await openForDevice(deps, request, { client, refreshKeyId, jkt })
  return opened.ok
    ? answerOpenedSession(deps, client, { ...opened, origin: 'device_code', jkt })
    : refuse(opened.reason)
}

async function openForDevice(
  deps: TokenEndpointDeps,
  request: DeviceCodeRequest,
  opening: OpeningClient,
): Promise<Opened> {
  try {
    return await deps.database.write((tx) => openInTransaction(tx, deps, request, opening))
  } catch (error) {
    if (!(error instanceof NotOpenedError)) throw error
    return { ok: false, reason: error.reason }
  }
}

async function openInTransaction(
  tx: Transaction,
  deps: TokenEndpointDeps,
  { deviceCode, audience }: DeviceCodeRequest,
  opening: OpeningClient,
): Promise<Opened> {
  const polled = await pollDeviceAuthorization(tx, { deviceCode, clientId: opening.client.id })
  if (!polled.ok) return polled
  const { authorization, grant } = polled
  if (audience !== undefined && !isSameResource(audience, authorization.audience))
    throw new NotOpenedError('foreign_target')
  const { accountId, authenticatedAt, methods } = grant
  // The device is no part of the browser that a person happened to decide in, so its session stands by itself.
  const granted = { ...authorization, accountId, authenticatedAt, methods, parentId: undefined }
  const opened = await openGrantedSession(tx, deps, granted, opening)
  if (!opened.ok) throw new NotOpenedError(opened.reason)
  return opened
}

function refuse(reason: RefusedPoll | RefusedOpening): GrantedTokens {
  switch (reason) {
    case 'pending':
      return refuseRequest('authorization_pending', 'Nobody has decided yet: poll again.')
    case 'too_early':
      return refuseRequest('slow_down', 'Wait 5 seconds longer between polls from now on.')
    case 'expired':
      return refuseRequest('expired_token', 'The device code has expired: ask for another one.')
    case 'denied':
      return refuseRequest('access_denied', 'The person did not agree.')
    case 'foreign_target':
      return refuseRequest(
        'invalid_target',
        'The device code was issued for another API, or for what is not registered any more.',
      )
    case 'factor_required':
      return refuseRequest('access_denied', 'The person must sign in with a second factor.')
    default:
      return refuseRequest(
        'invalid_grant',
        'The device code is unknown, used, withdrawn, or was issued to another client.',
      )
  }
}
