import { createHash, randomBytes } from 'node:crypto'
import type { Queries, Transaction } from '../../platform/database/database.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import {
  countRecoveryCodeRows,
  deleteRecoveryCode,
  deleteRecoveryCodes,
  insertRecoveryCodes,
} from './recovery-code-store.ts'

const COUNT = 10
/** 80 random bits: nobody guesses them from a hash, so a fast one is enough. */
const LENGTH = 16
/** Crockford's base 32: without I, L, O and U, which are read wrong. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** Makes ten codes, which are given this once; those before are good no longer. */
export async function makeRecoveryCodes(
  tx: Transaction,
  { accountId, network }: { readonly accountId: string; readonly network: string },
): Promise<readonly string[]> {
  const codes = Array.from({ length: COUNT }, makeCode)
  await deleteRecoveryCodes(tx.sql, accountId)
  const rows = codes.map((code) => ({ account_id: accountId, code_hash: hashCode(code), created_at: tx.now }))
  await insertRecoveryCodes(tx.sql, rows)
  const actor = `account:${accountId}` as const
  await recordAuditEvent(tx, { act: 'recovery_codes.made', actor, outcome: 'done', accountId, network })
  return codes.map(spaceOut)
}

/** How many are left. */
export const countRecoveryCodes: (sql: Queries, accountId: string) => Promise<number> = countRecoveryCodeRows

/** Uses a code, which is then good for nothing more. */
export async function useRecoveryCode(
  tx: Transaction,
  { accountId, typed }: { readonly accountId: string; readonly typed: string },
): Promise<boolean> {
  const code = parseRecoveryCode(typed)
  return code !== undefined && (await deleteRecoveryCode(tx.sql, accountId, hashCode(code)))
}

/** Ends them all, with the factor that they stood in for. */
export async function dropRecoveryCodes(tx: Transaction, accountId: string): Promise<void> {
  await deleteRecoveryCodes(tx.sql, accountId)
}

/** A code as it was typed, in small letters, with or without its hyphens; absent where it can be none. */
function parseRecoveryCode(typed: string): string | undefined {
  const code = typed
    .normalize('NFKC')
    .toUpperCase()
    .replaceAll(/[\s-]/g, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1')
  return code.length === LENGTH && [...code].every((character) => ALPHABET.includes(character)) ? code : undefined
}

function makeCode(): string {
  return Array.from(randomBytes(LENGTH), (byte) => ALPHABET[byte % ALPHABET.length]).join('')
}

/** `XXXX-XXXX-XXXX-XXXX` */
function spaceOut(code: string): string {
  return code.replaceAll(/(?<=^(?:.{4})+)(?=.)/g, '-')
}

function hashCode(code: string): string {
  return createHash('sha256').update(code).digest('base64url')
}
