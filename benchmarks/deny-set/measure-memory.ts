// A deny set of so many records in a process of its own: `node --expose-gc measure-memory.ts 100000` prints JSON.
import { randomBytes, randomUUID } from 'node:crypto'
import type { DenySet } from '../../packages/guard/src/feed/deny-set.ts'
import { FeedReplica } from '../../packages/guard/src/feed/feed-replica.ts'
import { toDeniableToken } from '../../packages/guard/src/feed/to-deniable-token.ts'
import { median } from '../measuring/median.ts'

export interface DenySetFigures {
  readonly records: number
  readonly bytesPerRecord: number
  /** Microseconds to parse a line, extend the chain and add the record. */
  readonly applyMicroseconds: number
  /** Microseconds to ask about a token that no record concerns, for the first time: its identifiers are hashed. */
  readonly firstAskMicroseconds: number
  /** The same once more, after another record. */
  readonly nextAskMicroseconds: number
}

const ROUNDS = 11
const records = Number(process.argv[2])
const forgetAt = Math.floor(Date.now() / 1000) + 100_000

const before = measureHeap()
const replica = new FeedReplica()
let applying = 0
for (let sequence = 1; sequence <= records; sequence += 1) {
  // Nine of ten are sessions, as people log out; the others are single tokens.
  const line = JSON.stringify({
    n: sequence,
    k: sequence % 10 === 0 ? 'j' : 's',
    i: randomHash(),
    x: forgetAt + (sequence % 86_400),
  })
  const start = process.hrtime.bigint()
  replica.apply(line, Date.now())
  applying += Number(process.hrtime.bigint() - start)
}
const grown = measureHeap() - before
if (replica.denySet.size !== records) throw new Error(`${replica.denySet.size} records of ${records} are there`)

const claims = Array.from({ length: 20_000 }, makeClaims)
const [first, next]: [number[], number[]] = [[], []]
for (let round = 0; round < ROUNDS; round += 1) {
  const tokens = claims.map((each) => toDeniableToken(each, 'key-1'))
  for (const kept of [first, next]) kept.push(timeAsking(replica.denySet, tokens))
}
const figures: DenySetFigures = {
  records,
  bytesPerRecord: grown / records,
  applyMicroseconds: applying / 1000 / records,
  firstAskMicroseconds: median(first),
  nextAskMicroseconds: median(next),
}
process.stdout.write(JSON.stringify(figures))

function measureHeap(): number {
  for (let times = 0; times < 3; times += 1) globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

function timeAsking(set: DenySet, tokens: readonly Parameters<DenySet['find']>[0][]): number {
  const start = process.hrtime.bigint()
  for (const token of tokens)
    if (set.find(token) !== undefined) throw new Error('a token was denied that no record concerns')
  return Number(process.hrtime.bigint() - start) / 1000 / tokens.length
}

function randomHash(): string {
  return randomBytes(16).toString('base64url')
}

function makeClaims(): Parameters<typeof toDeniableToken>[0] {
  const iat = Math.floor(Date.now() / 1000)
  const ids = { sub: randomHash(), sid: randomHash(), jti: randomUUID() }
  return {
    iss: 'https://login.example.com',
    aud: 'https://api.example.com',
    client_id: 'ostiary',
    iat,
    exp: iat + 150,
    ...ids,
  }
}
