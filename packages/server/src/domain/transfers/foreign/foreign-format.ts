import { upstreamPresets } from '../../upstreams/presets.ts'
import type { AccountRecord } from '../account-record.ts'

export type ForeignRow = Readonly<Record<string, unknown>>

/** A person of another product: a line as an import has it, and what of them has no place in it. */
export type ForeignAccount =
  | { readonly ok: true; readonly line: AccountRecord; readonly leftOut: readonly string[] }
  /** Not a person, or one that is gone. */
  | { readonly ok: false; readonly sentence: string }

/** How another product exports its people. */
export interface ForeignFormat {
  /** Whether its file is one object with arrays, rather than an array or lines. */
  readonly isWrapped: boolean
  /** Arrays with what belongs to people, by which they are found; all other arrays but those of `people` are passed over. */
  readonly people: readonly string[]
  readonly besides: readonly string[]
  /** Who a person is, as what belongs to them says it. */
  keyOf(person: ForeignRow): string | undefined
  /** Whose a row beside them is. */
  ownerOf(row: ForeignRow): string | undefined
  /** @param parameters what the operator gave beside: hash parameters of the project */
  toAccount(person: ForeignRow, besides: readonly ForeignRow[], parameters: ForeignRow): ForeignAccount
}

/** Reads one of two spellings of a member: as programs write it, or as the column is called. */
export function member(row: ForeignRow, ...names: readonly string[]): unknown {
  for (const name of names) if (row[name] !== undefined && row[name] !== null) return row[name]
  return undefined
}

export function textOf(row: ForeignRow, ...names: readonly string[]): string | undefined {
  const value = member(row, ...names)
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** A word of an export for a report: a text or a number, and nothing of what is neither. */
export function wordOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value).slice(0, 40) : 'unknown'
}

/** An object, also where the export has it as a text. */
export function objectOf(value: unknown): ForeignRow {
  if (typeof value === 'string') {
    try {
      return objectOf(JSON.parse(value))
    } catch {
      return {}
    }
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}

export function listOf(value: unknown): readonly ForeignRow[] {
  return Array.isArray(value) ? value.map(objectOf) : []
}

/** Milliseconds, a text of them, or anything that names a moment; undefined where it can't be told. */
export function momentOf(value: unknown): string | undefined {
  const told = typeof value === 'object' && value !== null && '$date' in value ? value.$date : value
  const isDigits = typeof told === 'string' && /^\d{10,}$/.test(told)
  const date = isDigits
    ? new Date(Number(told))
    : typeof told === 'string' || typeof told === 'number'
      ? new Date(told)
      : undefined
  return date === undefined || Number.isNaN(date.getTime()) ? undefined : date.toISOString()
}

/** Providers at which a person is the same for every app that asks: by the names that products have for them. */
const issuers: Readonly<Record<string, string>> = {
  'google-oauth2': upstreamPresets.google.issuer,
  google: upstreamPresets.google.issuer,
  'google.com': upstreamPresets.google.issuer,
  apple: upstreamPresets.apple.issuer,
  'apple.com': upstreamPresets.apple.issuer,
  github: upstreamPresets.github.issuer,
  'github.com': upstreamPresets.github.issuer,
}

/** Identities at providers → those that can be carried, and words about the others. */
export function carryIdentities(
  identities: readonly { readonly provider: string | undefined; readonly subject: string | undefined }[],
): { readonly carried: readonly object[]; readonly leftOut: readonly string[] } {
  const carried: object[] = []
  const leftOut: string[] = []
  for (const { provider = 'unknown', subject } of identities) {
    const issuer = Object.hasOwn(issuers, provider) ? issuers[provider] : undefined
    if (issuer !== undefined && subject !== undefined) carried.push({ issuer, subject })
    else leftOut.push(`identity at ${provider.slice(0, 60)}`)
  }
  return { carried, leftOut }
}

/** Words about members that are there and have no place here. */
export function nameLeftOut(row: ForeignRow, names: readonly string[]): string[] {
  return names.filter((name) => {
    const value = objectOf(row[name])
    return Object.keys(value).length > 0 || (Array.isArray(row[name]) && row[name].length > 0)
  })
}
