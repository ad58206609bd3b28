import { createHash } from 'node:crypto'
import type { Revocation } from './revocation.ts'

/** A record's line: docs/reference/revocation-feed.md, "Records". Its bytes are what is stored, sent and chained. */
export function renderRecord(sequence: number, revocation: Revocation): string {
  const { kind, forgetAt } = revocation
  return JSON.stringify({
    n: sequence,
    k: kind,
    ...('identifier' in revocation && { i: hashIdentifier(revocation.identifier) }),
    ...('moment' in revocation && { t: revocation.moment }),
    x: forgetAt,
  })
}

/** Truncated, and enough: who would find a second identifier with these 132 bits must try 2^66 of them. */
export function hashIdentifier(identifier: string): string {
  return createHash('sha256').update(identifier).digest('base64url').slice(0, 22)
}

/** The chain after one more line; both chains in base64url. */
export function extendChain(chain: string, line: string): string {
  return createHash('sha256').update(Buffer.from(chain, 'base64url')).update(line).digest('base64url')
}
