import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CompactSign, exportJWK, generateKeyPair } from 'jose'

// Writes docs/reference/revocation-feed.vectors.json, with jose as signer and nothing of the guard's or the server's: what all of them must agree
// with. A new key each time, so it is run when the format changes, and its output is committed.

const issuer = 'https://login.example.com'
const feedId = 'Zr1yYq0eQ0mJ9b1c2d3e4f'
const at = 1_790_000_000
const forgetAt = at + 1_000

interface Described {
  readonly k: string
  readonly identifier?: string
  readonly t?: number
}

const described: readonly Described[] = [
  { k: 's', identifier: 'pS1mB7uYc0d0xG5kq3Hf1A' },
  { k: 'j', identifier: '01a0c4a0-3a80-7000-8000-000000000001' },
  { k: 'u', identifier: 'jLPo0mTzYtYk8U2nJm0V3w', t: at * 1000 + 123 },
  { k: 'c', identifier: 'tutorial', t: at * 1000 - 60_000 },
  { k: 'r', identifier: 'q7Q9m3m2sE6yS0bq0G5k1w', t: at * 1000 },
  { k: 'k', identifier: 'key-of-2025' },
  { k: 'a', t: at * 1000 - 3_600_000 },
]

function sha256(...parts: readonly (string | Uint8Array)[]): Buffer {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

function hashIdentifier(identifier: string | undefined): string | undefined {
  return identifier === undefined ? undefined : sha256(identifier).toString('base64url').slice(0, 22)
}

let chain: Uint8Array = Buffer.alloc(32)
const records = described.map(({ k, identifier, t }, index) => {
  const i = hashIdentifier(identifier)
  const line = JSON.stringify({ n: index + 1, k, i, t, x: forgetAt })
  chain = sha256(chain, line)
  return { identifier, line, chain: Buffer.from(chain).toString('base64url') }
})

const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
const kid = 'feed-vectors'

function sign(typ: string, claims: Record<string, unknown>): Promise<string> {
  const h = Buffer.from(chain).toString('base64url')
  const payload = JSON.stringify({ iss: issuer, fid: feedId, seq: records.length, h, iat: at + 0.25, ...claims })
  return new CompactSign(Buffer.from(payload)).setProtectedHeader({ alg: 'ES256', typ, kid }).sign(privateKey)
}

const lines = records.map(({ line }) => `${line}\n`).join('')
const snapshotHead = await sign('feed-snapshot+jwt', {
  count: records.length,
  digest: sha256(lines).toString('base64url'),
})

const base = { sub: 'somebody', client_id: 'other', sid: 'none', jti: 'none', iat: at + 1 }
const tokens = [
  { title: 'concerned by nothing', claims: base, kid, answer: 'accepted' },
  { title: 's: its session ended', claims: { ...base, sid: described[0]?.identifier }, kid, answer: 'revoked' },
  { title: 'j: itself', claims: { ...base, jti: described[1]?.identifier }, kid, answer: 'revoked' },
  {
    title: 'u: issued in the very second before',
    claims: { ...base, sub: described[2]?.identifier, iat: at },
    kid,
    answer: 'revoked',
  },
  { title: 'u: issued after', claims: { ...base, sub: described[2]?.identifier }, kid, answer: 'accepted' },
  {
    title: 'u: a UUIDv7 at the very millisecond',
    claims: { ...base, sub: described[2]?.identifier, jti: uuidV7(at * 1000 + 123) },
    kid,
    answer: 'revoked',
  },
  {
    title: 'u: a UUIDv7 of one millisecond later, whatever iat says',
    claims: { ...base, sub: described[2]?.identifier, iat: at, jti: uuidV7(at * 1000 + 124) },
    kid,
    answer: 'accepted',
  },
  {
    title: 'c: of the client, issued before',
    claims: { ...base, client_id: 'tutorial', iat: at - 60 },
    kid,
    answer: 'revoked',
  },
  { title: 'c: of the client, issued after', claims: { ...base, client_id: 'tutorial' }, kid, answer: 'accepted' },
  {
    title: 'r: claims changed',
    claims: { ...base, sid: described[4]?.identifier, iat: at },
    kid,
    answer: 'refresh required',
  },
  {
    title: 'r: the claims of all sessions of its account changed',
    claims: { ...base, sub: described[4]?.identifier, iat: at },
    kid,
    answer: 'refresh required',
  },
  { title: 'k: of a compromised key', claims: base, kid: 'key-of-2025', answer: 'revoked' },
  { title: 'a: issued an hour before', claims: { ...base, iat: at - 3_600 }, kid, answer: 'revoked' },
]

function uuidV7(milliseconds: number): string {
  const hex = milliseconds.toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`
}

const vectors = {
  issuer,
  feedId,
  now: at,
  jwks: { keys: [{ ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' }] },
  emptyChain: Buffer.alloc(32).toString('base64url'),
  records,
  heartbeat: await sign('feed-heartbeat+jwt', {}),
  snapshot: `${snapshotHead}\n${lines}`,
  tokens,
}

const path = join(import.meta.dirname, '../../../docs/reference/revocation-feed.vectors.json')
await writeFile(path, `${JSON.stringify(vectors, undefined, 2)}\n`)
