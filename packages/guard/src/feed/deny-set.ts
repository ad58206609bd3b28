import { hash } from 'node:crypto'
import type { AccessTokenClaims } from '../claims/access-token-claims.ts'
import type { FeedRecord } from './parse-record.ts'

/** A token as records speak of it. */
export interface DeniableToken {
  readonly claims: Pick<AccessTokenClaims, 'sub' | 'client_id' | 'jti' | 'iat' | 'sid'>
  /** Of the key that verified it. */
  readonly kid: string | undefined
}

type Denied = 'token_revoked' | 'refresh_required'
type IdentifierKind = 's' | 'j' | 'u' | 'c' | 'r' | 'k'

interface Entry {
  readonly moment: number
  readonly forgetAt: number
}

const identifiers: Readonly<Record<IdentifierKind, (token: DeniableToken) => string | undefined>> = {
  s: ({ claims }) => claims.sid,
  j: ({ claims }) => claims.jti,
  u: ({ claims }) => claims.sub,
  c: ({ claims }) => claims.client_id,
  k: ({ kid }) => kid,
  r: ({ claims }) => claims.sid,
}
// A claim that is out of date comes last: a token that is revoked as well is revoked.
const kinds = Object.keys(identifiers) as IdentifierKind[]

/** What is revoked and may not be forgotten yet. Nothing but time removes a record. */
export class DenySet {
  readonly #entries: Readonly<Record<IdentifierKind, Map<string, Entry>>> = {
    s: new Map(),
    j: new Map(),
    u: new Map(),
    c: new Map(),
    r: new Map(),
    k: new Map(),
  }
  #everything: Entry = { moment: Number.NEGATIVE_INFINITY, forgetAt: 0 }
  /** Another one after each change: a token that was asked for at this one need not be asked for again. */
  version = 0

  get size(): number {
    return kinds.reduce((sum, kind) => sum + this.#entries[kind].size, this.#everything.forgetAt === 0 ? 0 : 1)
  }

  /** Adds a record; of two for one identifier the later moment and the later end count. */
  add({ kind, hash: key, moment, forgetAt }: FeedRecord): void {
    this.version += 1
    if (kind === 'a') {
      this.#everything = later(this.#everything, { moment, forgetAt })
      return
    }
    if (!Object.hasOwn(this.#entries, kind)) return
    const entries = this.#entries[kind as IdentifierKind]
    entries.set(key, later(entries.get(key), { moment, forgetAt }))
  }

  /** Whether a token is refused, and how. */
  find(token: DeniableToken): Denied | undefined {
    const issuedAt = readIssuedAt(token.claims)
    if (issuedAt <= this.#everything.moment) return 'token_revoked'
    for (const kind of kinds) {
      const entries = this.#entries[kind]
      const identifier = entries.size === 0 ? undefined : identifiers[kind](token)
      const entry = identifier === undefined ? undefined : entries.get(hashIdentifier(identifier))
      if (entry !== undefined && issuedAt <= entry.moment) return kind === 'r' ? 'refresh_required' : 'token_revoked'
    }
    return undefined
  }

  /** Drops what may be forgotten at this moment. */
  forget(now: number): void {
    if (this.#everything.forgetAt < now) this.#everything = { moment: Number.NEGATIVE_INFINITY, forgetAt: 0 }
    for (const entries of Object.values(this.#entries)) {
      for (const [key, { forgetAt }] of entries) if (forgetAt < now) entries.delete(key)
    }
  }
}

function later(one: Entry | undefined, other: Entry): Entry {
  if (one === undefined) return other
  return { moment: Math.max(one.moment, other.moment), forgetAt: Math.max(one.forgetAt, other.forgetAt) }
}

/** docs/reference/revocation-feed.md, "Records": 22 characters. */
function hashIdentifier(identifier: string): string {
  return hash('sha256', identifier, 'base64url').slice(0, 22)
}

// RFC 9562 §5.7.
const uuidv7 = /^([\da-f]{8})-([\da-f]{4})-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/i

/** The millisecond in a UUID of version 7, when that is the time that the token says; else that. */
function readIssuedAt({ jti, iat }: DeniableToken['claims']): number {
  const [, high, low] = uuidv7.exec(jti) ?? []
  const millisecond = Number.parseInt(`${high}${low}`, 16)
  return Math.abs(millisecond / 1000 - iat) < 2 ? millisecond : iat * 1000
}
