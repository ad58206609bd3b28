import type { Factor } from '../../domain/login/factor.ts'
import { useRecoveryCode } from '../../domain/recovery-codes/recovery-codes.ts'
import { useTotpCode } from '../../domain/totp/totp.ts'
import type { Transaction } from '../../platform/database/database.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'
import type { SecondFactorBody } from './parse-request.ts'

/** What a form proves: by which methods (RFC 8176), or nothing. */
export type ProvedFactor = { readonly ok: true; readonly methods: readonly string[] } | { readonly ok: false }

/** Verifies what a form of the page has sent, and uses it up. The account's guesses are throttled and its row is locked by now. */
export async function verifyFactor(
  tx: Transaction,
  { sealer }: { readonly sealer: Sealer },
  { accountId, factor, body }: { readonly accountId: string; readonly factor: Factor; readonly body: SecondFactorBody },
): Promise<ProvedFactor> {
  const typed = body.code ?? ''
  switch (factor) {
    case 'totp':
      return (await useTotpCode(tx, sealer, { accountId, typed })) ? byCode : unproved
    case 'recovery_code':
      return (await useRecoveryCode(tx, { accountId, typed })) ? byCode : unproved
    case 'passkey':
      return unproved
  }
}

const byCode: ProvedFactor = { ok: true, methods: ['otp'] }
const unproved: ProvedFactor = { ok: false }
