import type { Transaction } from '../../platform/database/database.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'
import type { Actor } from '../audit/audit-event.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import { lockRole } from '../roles/lock-role.ts'
import { ADMIN_ROLE } from '../roles/role.ts'
import { isSetUp } from './is-set-up.ts'
import { hashSetupCode, makeSetupCode } from './setup-code.ts'
import { replaceCode, selectCode } from './setup-store.ts'

export const SETUP_CODE_MS: number = 3_600_000

/** Instances that start together tell one code. */
const REPEATED_MS = 60_000
export const SETUP_CODE_PURPOSE = 'setup_code'

/**
 * Makes the code of the first run, in place of any before. Absent: there is an administrator.
 */
export async function issueSetupCode(tx: Transaction, sealer: Sealer, actor: Actor): Promise<string | undefined> {
  // Whoever makes an administrator, by whatever way, locks it too.
  await lockRole(tx, ADMIN_ROLE)
  if (await isSetUp(tx.sql)) return undefined
  const code = makeSetupCode()
  const sealedCode = sealer.seal(Buffer.from(code), SETUP_CODE_PURPOSE)
  const times = { issuedAt: tx.now, expiresAt: tx.now + SETUP_CODE_MS }
  await replaceCode(tx.sql, { codeHash: hashSetupCode(code), sealedCode, ...times })
  await recordAuditEvent(tx, { act: 'setup.code_issued', actor, outcome: 'done' })
  return code
}

/** The code for an instance that starts: the one that another instance made within the last minute, else a new one. Absent: there is an administrator. */
export async function offerSetupCode(tx: Transaction, sealer: Sealer): Promise<string | undefined> {
  await lockRole(tx, ADMIN_ROLE)
  const row = await selectCode(tx.sql)
  const isRepeated = row !== undefined && tx.now - row.issuedAt < REPEATED_MS && sealer.knows(row.sealedCode)
  if (!isRepeated || (await isSetUp(tx.sql))) return issueSetupCode(tx, sealer, 'system')
  return sealer.open(row.sealedCode, SETUP_CODE_PURPOSE).toString()
}
