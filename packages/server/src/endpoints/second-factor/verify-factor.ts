import type { Factor } from '../../domain/login/factor.ts'
import { provePasskey } from '../../domain/login/prove-passkey.ts'
import type { PasskeyAnswer } from '../../domain/login/verify-passkey-answer.ts'
import type { PasskeyOwner } from '../../domain/passkeys/register-passkey.ts'
import { useRecoveryCode } from '../../domain/recovery-codes/recovery-codes.ts'
import { useTotpCode } from '../../domain/totp/totp.ts'
import type { Transaction } from '../../platform/database/database.ts'
import { noticeDeps } from '../notice-deps.ts'
import type { SecondFactorBody } from './parse-request.ts'
import type { SecondFactorDeps } from './second-factor-deps.ts'

/** What a form proves: by which methods (RFC 8176), or nothing. */
export type ProvedFactor = { readonly ok: true; readonly methods: readonly string[] } | { readonly ok: false }

export interface TriedFactor {
  readonly factor: Factor
  readonly body: SecondFactorBody
  /** What a passkey has answered, verified before the transaction. Absent: nothing. */
  readonly answer: PasskeyAnswer | undefined
  /** Whose login it is to end, and what they are told of it. */
  readonly owner: PasskeyOwner
}

/** Verifies what a form of the page has sent, and uses it up. The account's guesses are throttled and its row is locked by now. */
export async function verifyFactor(
  tx: Transaction,
  deps: Pick<SecondFactorDeps, 'sealer' | 'urls'>,
  { factor, body, answer, owner }: TriedFactor,
): Promise<ProvedFactor> {
  const typed = body.code ?? ''
  const { accountId } = owner
  switch (factor) {
    case 'totp':
      return (await useTotpCode(tx, deps.sealer, { accountId, typed })) ? byCode : unproved
    case 'recovery_code':
      return (await useRecoveryCode(tx, { accountId, typed })) ? byCode : unproved
    case 'passkey': {
      const methods = answer && (await provePasskey(tx, noticeDeps(deps), owner, answer))
      return methods ? { ok: true, methods } : unproved
    }
  }
}

const byCode: ProvedFactor = { ok: true, methods: ['otp'] }
const unproved: ProvedFactor = { ok: false }
