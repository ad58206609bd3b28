import type { Transaction } from '../../platform/database/database.ts'
import { randomSecret } from '../../platform/random/random.ts'
import { makeTypedCode } from '../one-time/typed-code.ts'
import type { DeviceAuthorization, DeviceRequest } from './device-authorization.ts'
import { countPending, insertDeviceAuthorization } from './device-authorization-store.ts'
import { hashDeviceSecret } from './hash-device-secret.ts'

/** How long a person may take: RFC 8628 §3.2, `expires_in`. */
export const DEVICE_CODE_LIFETIME_SECONDS = 600
/** RFC 8628 §3.2. */
export const FIRST_INTERVAL_SECONDS = 5
/**
 * So many devices of one network may wait for their person at once. Not so many of one client: then whoever knows its id could keep
 * everybody else from using it. Requests at the very same moment may be let in beyond it: it bounds a flood, not a right.
 */
const MOST_PENDING = 50

const LONGEST_USER_AGENT = 256

export type IssuedDeviceCode =
  | {
      readonly ok: true
      /** 256 random bits as 43 base64url characters. */
      readonly deviceCode: string
      readonly userCode: string
    }
  | { readonly ok: false; readonly reason: 'too_many_pending' }

/** Keeps what a device asks for until a person has decided. Its codes are given this once. */
export async function issueDeviceCode(tx: Transaction, request: DeviceRequest): Promise<IssuedDeviceCode> {
  if ((await countPending(tx.sql, request.network, tx.now)) >= MOST_PENDING) {
    return { ok: false, reason: 'too_many_pending' }
  }
  const deviceCode = randomSecret()
  const authorization: DeviceAuthorization = {
    ...request,
    userAgent: request.userAgent?.slice(0, LONGEST_USER_AGENT),
    id: hashDeviceSecret(deviceCode),
    state: 'pending',
    expiresAt: tx.now + DEVICE_CODE_LIFETIME_SECONDS * 1000,
    intervalSeconds: FIRST_INTERVAL_SECONDS,
    polledAt: undefined,
    decidedAt: undefined,
    grant: undefined,
  }
  return { ok: true, deviceCode, userCode: await insertWithFreshCode(tx, authorization) }
}

async function insertWithFreshCode(tx: Transaction, authorization: DeviceAuthorization): Promise<string> {
  const userCode = makeTypedCode()
  const isFresh = await insertDeviceAuthorization(tx.sql, authorization, hashDeviceSecret(userCode))
  return isFresh ? userCode : insertWithFreshCode(tx, authorization)
}
