import type { FastifyRequest } from 'fastify'
import { listFactors } from '../../domain/login/list-factors.ts'
import { leaveNotice } from '../../domain/mails/leave-notice.ts'
import type { NoticeKind } from '../../domain/mails/mail.ts'
import { countRecoveryCodes, dropRecoveryCodes, makeRecoveryCodes } from '../../domain/recovery-codes/recovery-codes.ts'
import { forgetDevices } from '../../domain/remembered-devices/remembered-devices.ts'
import { parseNetwork } from '../../domain/throttle/parse-network.ts'
import { addTotp, removeTotp } from '../../domain/totp/totp.ts'
import { findEnrolmentStep, type TotpEnrolment } from '../../domain/totp/totp-enrolment.ts'
import type { Transaction } from '../../platform/database/database.ts'
import { describeDoer } from '../describe-doer.ts'
import { noticeDeps } from '../notice-deps.ts'
import type { FactorsDeps } from './factors-deps.ts'

export type AddedFactor =
  /** Recovery codes that were made beside it; none where the person has some. */
  | { readonly ok: true; readonly recoveryCodes: readonly string[] }
  | { readonly ok: false; readonly reason: 'wrong_code' | 'exists' }

/** Adds an app that shows a code, and recovery codes for when it is lost. */
export async function addAuthenticatorApp(
  tx: Transaction,
  deps: FactorsDeps,
  request: FastifyRequest,
  added: { readonly accountId: string; readonly enrolment: TotpEnrolment; readonly typed: string },
): Promise<AddedFactor> {
  const { accountId, enrolment, typed } = added
  const step = findEnrolmentStep(enrolment, typed, tx.now)
  if (step === undefined) return { ok: false, reason: 'wrong_code' }
  const network = parseNetwork(request.ip)
  const isFirst = (await listFactors(tx.sql, accountId)).length === 0
  const isAdded = await addTotp(tx, deps.sealer, { accountId, secret: enrolment.secret, step, network })
  if (!isAdded) return { ok: false, reason: 'exists' }
  // Codes from a time without a factor stand in for none: somebody else may have them.
  const hasCodes = !isFirst && (await countRecoveryCodes(tx.sql, accountId)) > 0
  const recoveryCodes = hasCodes ? [] : await makeRecoveryCodes(tx, { accountId, network })
  await tell(tx, deps, request, accountId, 'factor_added')
  return { ok: true, recoveryCodes }
}

/** Removes the app. Recovery codes go with the last factor that they stand in for. */
export async function removeAuthenticatorApp(
  tx: Transaction,
  deps: FactorsDeps,
  request: FastifyRequest,
  accountId: string,
): Promise<void> {
  if (!(await removeTotp(tx, { accountId, network: parseNetwork(request.ip) }))) return
  if ((await listFactors(tx.sql, accountId)).length === 0) await dropRecoveryCodes(tx, accountId)
  await tell(tx, deps, request, accountId, 'factor_removed')
}

/** Makes recovery codes instead of those before; none where there is no factor that they could stand in for. */
export async function renewRecoveryCodes(
  tx: Transaction,
  deps: FactorsDeps,
  request: FastifyRequest,
  accountId: string,
): Promise<readonly string[]> {
  // Whoever gets at an account that has no factor must not leave themselves a way around the one that its person adds.
  if ((await listFactors(tx.sql, accountId)).length === 0) return []
  const codes = await makeRecoveryCodes(tx, { accountId, network: parseNetwork(request.ip) })
  await tell(tx, deps, request, accountId, 'factor_added')
  return codes
}

/** Every change ends what was remembered: it may have been somebody else's browser. */
async function tell(
  tx: Transaction,
  deps: FactorsDeps,
  request: FastifyRequest,
  accountId: string,
  notice: NoticeKind,
): Promise<void> {
  await forgetDevices(tx, accountId, `account:${accountId}`)
  await leaveNotice(tx, noticeDeps(deps), { accountId, notice, ...describeDoer(request) })
}
