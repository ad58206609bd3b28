import { createHash } from 'node:crypto'
import type { AuditEvent, SealedEvent } from '../../packages/server/src/domain/audit/audit-event.ts'
import { commitPrivatePart, hashEvent } from '../../packages/server/src/domain/audit/event-leaf.ts'

/** Rows of one table, as they stand in it. */
export interface TableRows {
  readonly table: string
  readonly columns: readonly (readonly [name: string, type: 'text' | 'bigint'])[]
  readonly rows: readonly (readonly (string | number | null)[])[]
}

/** What all accounts of an installation have in common. */
export interface RowContext {
  readonly audience: string
  readonly refreshKeyId: string
  /** The moment at which the last session was opened. */
  readonly now: number
  /** Hashes of `growthPassword`: accounts take turns. */
  readonly passwordHashes: readonly string[]
}

export const growthPassword = 'an old door, a new key'

const DAY_MS = 86_400_000
const IDLE_MS = 30 * DAY_MS
const program = 'Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0'

/** The account of this number: always the same one. */
function accountId(index: number): string {
  return `acc_${makeId('account', index)}`
}

/** The session of this number, which is the account's of that number. */
export function sessionId(index: number): string {
  return makeId('session', index)
}

/** All that some accounts have when each was opened, has its address verified, and signed in once: from `from` on, so many. */
export function makeRows(from: number, count: number, context: RowContext): readonly TableRows[] {
  const indices = Array.from({ length: count }, (_, at) => from + at)
  return [
    ...makeAccountRows(indices, context),
    {
      table: 'known_device',
      columns: [...text('account_id', 'mark'), ...bigint('seen_at', 'forget_at')],
      rows: indices.flatMap((index) => [
        [accountId(index), 'ever', context.now, null],
        [accountId(index), hash('cookie', index), context.now, context.now + 90 * DAY_MS],
        [accountId(index), hash('place', index), context.now, context.now + 90 * DAY_MS],
      ]),
    },
    { table: 'session', columns: sessionColumns, rows: indices.map((index) => makeSession(index, context)) },
  ]
}

function makeAccountRows(indices: readonly number[], { now, passwordHashes }: RowContext): readonly TableRows[] {
  return [
    {
      table: 'account',
      columns: [...text('id', 'username', 'email'), ...bigint('email_verified_at', 'created_at')],
      rows: indices.map((index) => [accountId(index), ...namesOf(index), openedAt(index, now), openedAt(index, now)]),
    },
    {
      table: 'account_identifier',
      columns: text('value', 'account_id'),
      rows: indices.flatMap((index) => namesOf(index).map((name) => [name, accountId(index)])),
    },
    {
      table: 'account_profile',
      columns: [...text('account_id', 'claims'), ...bigint('updated_at')],
      rows: indices.map((index) => [
        accountId(index),
        JSON.stringify({ given_name: 'Ada', family_name: `Lovelace ${index}` }),
        openedAt(index, now),
      ]),
    },
    {
      table: 'account_role',
      columns: text('account_id', 'role'),
      rows: indices.filter((index) => index % 10 === 0).map((index) => [accountId(index), 'editor']),
    },
    {
      table: 'password',
      columns: [...text('account_id', 'hash'), ...bigint('set_at')],
      rows: indices.map((index) => [
        accountId(index),
        passwordHashes[index % passwordHashes.length] ?? '',
        openedAt(index, now),
      ]),
    },
  ]
}

const sessionColumns: TableRows['columns'] = [
  ...text('id', 'account_id', 'client_id', 'audience', 'scopes', 'user_agent', 'network', 'refresh_key_id', 'methods'),
  ...bigint('created_at', 'used_at', 'idle_milliseconds', 'absolute_end', 'expires_at'),
  ...bigint('generation', 'rotated_at', 'authenticated_at'),
]

/** Absent: it has its usual id and end. */
interface SessionToMake {
  readonly id?: string
  readonly expiresAt?: number
}

function makeSession(
  index: number,
  { now, audience, refreshKeyId }: RowContext,
  { id = sessionId(index), expiresAt = signedInAt(index, now) + IDLE_MS }: SessionToMake = {},
): TableRows['rows'][number] {
  const at = signedInAt(index, now)
  return [
    ...[id, accountId(index), 'ostiary', audience, 'orders:read orders:write', program],
    ...[networkOf(index), refreshKeyId, 'pwd'],
    ...[at, at, IDLE_MS, at + 12 * IDLE_MS, expiresAt],
    ...[0, at, at],
  ]
}

/** Sessions that have expired and are still there. */
export function makeExpiredSessions(from: number, count: number, context: RowContext, expiresAt: number): TableRows {
  const rows = Array.from({ length: count }, (_, at) =>
    makeSession(from + at, context, { id: makeId('expired', from + at), expiresAt }),
  )
  return { table: 'session', columns: sessionColumns, rows }
}

/** The events of these accounts, with the leaves that they are in the tree: of opening the account, or of signing in. */
export function makeEvents(
  act: 'account.imported' | 'session.opened',
  from: number,
  count: number,
  { now }: RowContext,
): readonly { readonly event: SealedEvent; readonly leaf: Buffer }[] {
  return Array.from({ length: count }, (_, at) => {
    const index = from + at
    const account = accountId(index)
    const isSession = act === 'session.opened'
    const moment = isSession ? signedInAt(index, now) : openedAt(index, now)
    const event: AuditEvent = {
      id: uuidAt(moment, `${act} ${index}`),
      at: moment,
      act,
      actor: isSession ? `account:${account}` : 'cli',
      outcome: 'done',
      accountId: account,
      ...(isSession && { sessionId: sessionId(index), clientId: 'ostiary', network: networkOf(index) }),
      incidentId: isSession ? makeId('incident', index) : undefined,
      detail: isSession ? { program: 'Firefox', system: 'Linux' } : { roles: index % 10 === 0 ? ['editor'] : [] },
    }
    const salt = makeId('salt', index)
    const sealed = { ...event, salt, commitment: commitPrivatePart(event, salt) }
    return { event: sealed, leaf: hashEvent(sealed) }
  })
}

/** Accounts were opened one after the other in the two years before. */
function openedAt(index: number, now: number): number {
  return now - 730 * DAY_MS + (index % 1_000_000) * 60_000
}

/** Sessions were opened one after the other in the last 25 days. */
function signedInAt(index: number, now: number): number {
  return now - 25 * DAY_MS + (index % 1_000_000) * 2_000
}

function namesOf(index: number): readonly [string, string] {
  return [`user-${index}`, `user-${index}@example.com`]
}

function networkOf(index: number): string {
  return `198.51.${(index >> 8) & 255}.${index & 255}`
}

function makeId(kind: string, index: number): string {
  return digest(`${kind} ${index}`).subarray(0, 16).toString('base64url')
}

function hash(kind: string, index: number): string {
  return digest(`${kind} ${index}`).toString('base64url')
}

function digest(name: string): Buffer {
  return createHash('sha256').update(name).digest()
}

/** RFC 9562 §5.7, with bits of its name where it has random ones. */
function uuidAt(moment: number, name: string): string {
  const bytes = digest(name).subarray(0, 16)
  bytes.writeUIntBE(moment, 0, 6)
  bytes.writeUInt8(0x70 | (bytes.readUInt8(6) & 0x0f), 6)
  bytes.writeUInt8(0x80 | (bytes.readUInt8(8) & 0x3f), 8)
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

function text(...names: readonly string[]): [string, 'text'][] {
  return names.map((name) => [name, 'text'])
}

function bigint(...names: readonly string[]): [string, 'bigint'][] {
  return names.map((name) => [name, 'bigint'])
}
