import type { FastifyReply, FastifyRequest } from 'fastify'
import { addMethods } from '../../domain/assurance/acr.ts'
import { findPendingStep } from '../../domain/login/find-pending-step.ts'
import { recordFactor } from '../../domain/login/record-factor.ts'
import type { PasskeyAnswer } from '../../domain/login/verify-passkey-answer.ts'
import { REMEMBERED_MS, rememberDevice } from '../../domain/remembered-devices/remembered-devices.ts'
import { admitGuess } from '../../domain/throttle/admit-guess.ts'
import { admitSuccess } from '../../domain/throttle/admit-success.ts'
import { countFailure } from '../../domain/throttle/record-failure.ts'
import { factorSubject } from '../../domain/throttle/throttle-subject.ts'
import type { Transaction } from '../../platform/database/database.ts'
import { findProgress, lockBegunLogin, takeStep, useBegunLogin, type WantedStep } from '../begun-login.ts'
import { describeDoer } from '../describe-doer.ts'
import { type FinishedStep, finishLoginStep } from '../finish-login-step.ts'
import { renderOwnCookie } from '../own-cookies.ts'
import { tellRecoveryCodeUsed } from '../tell-recovery-code-used.ts'
import type { SecondFactorBody } from './parse-request.ts'
import type { SecondFactorDeps } from './second-factor-deps.ts'
import type { SecondFactorProblem } from './second-factor-page.ts'
import { showSecondFactor } from './show-second-factor.ts'
import { verifyAnswer } from './verify-answer.ts'
import { verifyFactor } from './verify-factor.ts'

type FactorPost = FastifyRequest<{ Body: SecondFactorBody }>

type Taken =
  | { readonly ok: true; readonly step: FinishedStep }
  /** The login waits no longer, or the form is of another one. */
  | { readonly ok: false; readonly reason: 'ended' }
  | ({ readonly ok: false } & SecondFactorProblem)

const statuses = { refused: 401, throttled: 429 } as const

/** Takes a second factor: a session and 303 to where the login returns to, or the page again with one sentence. */
export async function takeSecondFactor(
  deps: SecondFactorDeps,
  request: FactorPost,
  reply: FastifyReply,
  wanted: WantedStep,
): Promise<FastifyReply> {
  // Not in the transaction, which would wait with all others for the threads that hash passwords.
  const answer = await verifyAnswer(deps, request, wanted)
  const taken = await takeStep(deps.database, (tx) => takeInTransaction(tx, deps, request, { ...wanted, answer }))
  if (taken.ok) {
    const { setCookies, location } = taken.step
    return reply.header('set-cookie', setCookies).header('cache-control', 'no-store').redirect(location, 303)
  }
  if (taken.reason === 'ended') return showSecondFactor(deps, request, reply, wanted)
  if (taken.reason === 'throttled') reply.header('retry-after', taken.retryAfterSeconds)
  return showSecondFactor(deps, request, reply.status(statuses[taken.reason]), wanted, taken)
}

async function takeInTransaction(
  tx: Transaction,
  deps: SecondFactorDeps,
  request: FactorPost,
  { answer, ...wanted }: WantedStep & { readonly answer: PasskeyAnswer | undefined },
): Promise<Taken> {
  const { urls } = deps
  const { body } = request
  const begun = await lockBegunLogin(tx, urls, request, wanted)
  if (begun?.id !== body.step) return { ok: false, reason: 'ended' }
  const { accountId, methods, authenticatedAt, returnTo } = begun.login
  const progress = await findProgress(tx.sql, urls, begun, { ...wanted, now: tx.now })
  const pending = await findPendingStep(tx.sql, progress)
  const factor = pending?.kind === 'second_factor' ? pending.factors.find((one) => one === body.factor) : undefined
  if (pending?.kind !== 'second_factor' || factor === undefined) return { ok: false, reason: 'ended' }
  const subject = factorSubject(accountId, request.ip)
  const admitted = await admitGuess(tx, subject)
  if (!admitted.ok) return { ...admitted, reason: 'throttled' }
  const { network } = subject
  const owner = { ...describeDoer(request), accountId }
  const proved = await verifyFactor(tx, deps, { factor, body, answer, owner })
  await recordFactor(tx, { accountId, factor, network, isProved: proved.ok })
  if (!proved.ok) {
    await countFailure(tx, subject)
    return { ok: false, reason: 'refused', factor }
  }
  await useBegunLogin(tx, begun, wanted)
  await admitSuccess(tx, subject)
  if (factor === 'recovery_code') await tellRecoveryCodeUsed(tx, deps, request, accountId)
  const isRemembered = body.remember !== undefined && !pending.isDemanded
  const device = isRemembered ? await rememberDevice(tx, owner) : undefined
  const who = { accountId, network, methods: addMethods(methods, proved.methods), authenticatedAt }
  const step = await finishLoginStep(tx, deps, request, { who, returnTo })
  const cookies =
    device === undefined
      ? []
      : [renderOwnCookie(urls, 'remembered_device', device, { maxAgeSeconds: REMEMBERED_MS / 1000 })]
  return { ok: true, step: { ...step, setCookies: [...step.setCookies, ...cookies] } }
}
