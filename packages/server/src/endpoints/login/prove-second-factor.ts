import type { FastifyRequest } from 'fastify'
import { addMethods } from '../../domain/assurance/acr.ts'
import { findDemandOfAccess, type WantedAccess } from '../../domain/login/demand-of-access.ts'
import type { Factor } from '../../domain/login/factor.ts'
import { findPendingStep } from '../../domain/login/find-pending-step.ts'
import { recordFactor } from '../../domain/login/record-factor.ts'
import { useRecoveryCode } from '../../domain/recovery-codes/recovery-codes.ts'
import { admitGuess } from '../../domain/throttle/admit-guess.ts'
import { admitSuccess } from '../../domain/throttle/admit-success.ts'
import { countFailure } from '../../domain/throttle/record-failure.ts'
import { factorSubject } from '../../domain/throttle/throttle-subject.ts'
import { useTotpCode } from '../../domain/totp/totp.ts'
import { parseTotpCode } from '../../domain/totp/totp-code.ts'
import type { Transaction } from '../../platform/database/database.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'
import type { IssuerUrls } from '../issuer-urls.ts'
import { tellRecoveryCodeUsed } from '../tell-recovery-code-used.ts'

export interface FactorProof {
  readonly accountId: string
  /** What was sent beside the password; absent: nothing. */
  readonly otp: string | undefined
  readonly wanted: WantedAccess
  /** Who sends it. */
  readonly request: Pick<FastifyRequest, 'ip' | 'headers'>
}

export type ProvedLogin =
  /** By which methods the whole login was proved: RFC 8176. */
  | { readonly ok: true; readonly methods: readonly string[] }
  /** One of these is to be sent; none: the account must get one first. */
  | { readonly ok: false; readonly reason: 'factor_missing'; readonly factors: readonly Factor[] }
  | { readonly ok: false; readonly reason: 'factor_refused' }
  | { readonly ok: false; readonly reason: 'throttled'; readonly retryAfterSeconds: number }

/** What is still pending after a password, and whether a code beside it is good for that. It is used up then. */
export async function proveSecondFactor(
  tx: Transaction,
  deps: { readonly urls: IssuerUrls; readonly sealer: Sealer },
  { accountId, otp, wanted, request }: FactorProof,
): Promise<ProvedLogin> {
  const methods = ['pwd']
  const demanded = await findDemandOfAccess(tx.sql, accountId, wanted)
  const pending = await findPendingStep(tx.sql, { accountId, methods, demanded, isDeviceRemembered: false })
  if (pending === undefined) return { ok: true, methods }
  const factors = pending.kind === 'second_factor' ? pending.factors : []
  const factor = otp !== undefined && parseTotpCode(otp) === undefined ? 'recovery_code' : 'totp'
  if (otp === undefined || !factors.includes(factor)) return { ok: false, reason: 'factor_missing', factors }
  const subject = factorSubject(accountId, request.ip)
  const admitted = await admitGuess(tx, subject)
  if (!admitted.ok) return { ...admitted, reason: 'throttled' }
  const proof = { accountId, typed: otp }
  const isProved = factor === 'totp' ? await useTotpCode(tx, deps.sealer, proof) : await useRecoveryCode(tx, proof)
  await recordFactor(tx, { accountId, factor, network: subject.network, isProved })
  if (!isProved) {
    await countFailure(tx, subject)
    return { ok: false, reason: 'factor_refused' }
  }
  await admitSuccess(tx, subject)
  if (factor === 'recovery_code') await tellRecoveryCodeUsed(tx, deps, request, accountId)
  return { ok: true, methods: addMethods(methods, ['otp']) }
}
