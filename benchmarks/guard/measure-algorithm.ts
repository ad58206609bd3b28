// One algorithm in a process of its own, as an API has one. `node --expose-gc measure-algorithm.ts ES256 [--quick]` prints JSON.
import type { Guard } from '@ostiary/guard'
import { type Contender, interleave } from '../measuring/interleave.ts'
import { type BenchmarkedAlgorithm, benchmarkedAlgorithms, makeKey, type TokenKey } from '../tokens/make-key.ts'
import { signToken, signTokens } from '../tokens/sign-token.ts'
import {
  checkWithGuard,
  decodeToken,
  largeCache,
  makeGuard,
  type Verifier,
  verifyRaw,
  verifyWithFastJwt,
  verifyWithGuard,
  verifyWithJose,
  verifyWithJsonwebtoken,
} from './contenders.ts'

const isQuick = process.argv.includes('--quick')
// New tokens for one turn: short turns would measure cold code, and long ones leave too few rounds for a median.
const fresh: Readonly<Record<BenchmarkedAlgorithm, number>> = { ES256: 1_000, EdDSA: 500, RS256: 1_000, HS256: 4_000 }
const algorithm = parseAlgorithm(process.argv[2])
const size = isQuick ? { fresh: 200, seen: 1_000, rounds: 7 } : { fresh: fresh[algorithm], seen: 5_000, rounds: 41 }
// A round takes some of a pool four times as large as what the guard remembers: a token that comes again was forgotten long ago.
const remembered = size.fresh
const poolSize = 4 * size.fresh

interface Candidate {
  readonly name: string
  readonly verifier: Verifier
  /** What is put before each token. */
  readonly prefix?: string
}

const key = makeKey(algorithm)
await refuseAlike(key)
const newTimings = await interleave(contendForNew(key), size.rounds, 10)
const seenTimings = await interleave(await contendForSeen(key), size.rounds, 10)
process.stdout.write(
  JSON.stringify({ algorithm, fresh: Object.fromEntries(newTimings), seen: Object.fromEntries(seenTimings) }),
)

function parseAlgorithm(text: string | undefined): BenchmarkedAlgorithm {
  const found = benchmarkedAlgorithms.find((name) => name === text)
  if (found === undefined) throw new RangeError(`algorithm must be one of ${benchmarkedAlgorithms.join(', ')}`)
  return found
}

function listForNew(key: TokenKey): Candidate[] {
  const [checking, verifying] = [makeGuard(key, remembered), makeGuard(key, remembered)]
  return [
    { name: 'guard.check', verifier: demandMisses(checking, checkWithGuard(checking)), prefix: 'Bearer ' },
    { name: 'guard.verify', verifier: demandMisses(verifying, verifyWithGuard(verifying)) },
    { name: 'fast-jwt', verifier: verifyWithFastJwt(key, 'none') },
    { name: 'jose', verifier: verifyWithJose(key) },
    // jsonwebtoken doesn't know EdDSA.
    ...(key.algorithm === 'EdDSA' ? [] : [{ name: 'jsonwebtoken', verifier: verifyWithJsonwebtoken(key) }]),
  ]
}

function listForSeen(key: TokenKey): Candidate[] {
  return [
    { name: 'guard.check', verifier: checkWithGuard(makeGuard(key, largeCache)), prefix: 'Bearer ' },
    { name: 'guard.verify', verifier: verifyWithGuard(makeGuard(key, largeCache)) },
    { name: 'fast-jwt, cached', verifier: verifyWithFastJwt(key, 'default') },
    { name: 'fast-jwt, cached by whole token', verifier: verifyWithFastJwt(key, 'whole token') },
  ]
}

/** Makes sure that tokens which are meant to be new are new to the guard. */
function demandMisses(guard: Guard, verifier: Verifier): Verifier {
  return (tokens) => {
    if (guard.state().cache.hits > 0) throw new Error('a token that is meant to be new was remembered')
    return verifier(tokens)
  }
}

/** Equal work: everybody accepts a good token and refuses a forged, a foreign, a misdirected and an expired one. */
async function refuseAlike(key: TokenKey): Promise<void> {
  const good = signToken(key)
  const signatureAt = good.lastIndexOf('.') + 1
  const other = good.charAt(signatureAt) === 'A' ? 'B' : 'A'
  const bad = [
    good.slice(0, signatureAt) + other + good.slice(signatureAt + 1),
    signToken(key, { iss: 'https://other.example.com' }),
    signToken(key, { aud: 'https://other.example.com' }),
    signToken(key, { iat: 1_700_000_000, exp: 1_700_000_300 }),
  ]
  for (const { name, verifier, prefix = '' } of [...listForNew(key), ...listForSeen(key)]) {
    if ((await verifier([prefix + good])) !== 1) throw new Error(`${name} refuses a good token`)
    for (const token of bad) if ((await verifier([prefix + token])) !== 0) throw new Error(`${name} accepts ${token}`)
  }
}

/** Tokens that the verifier has not seen, or not for so long that it has forgotten them. */
function contendForNew(key: TokenKey): Contender[] {
  const pool = signTokens(key, poolSize)
  const decoded = pool.map(decodeToken)
  const raw = verifyRaw(key)
  const floor = contend('node:crypto', decoded, size.fresh, (one) => one, raw)
  return [
    floor,
    ...listForNew(key).map(({ name, verifier, prefix = '' }) =>
      contend(name, pool, size.fresh, (token) => copyText(prefix + token), verifier),
    ),
  ]
}

/** Tokens that the verifier has seen, each of them once. */
async function contendForSeen(key: TokenKey): Promise<Contender[]> {
  const pool = signTokens(key, size.seen)
  const candidates = listForSeen(key)
  for (const { verifier, prefix = '' } of candidates) await verifier(pool.map((token) => prefix + token))
  return candidates.map(({ name, verifier, prefix = '' }) =>
    contend(name, pool, size.seen, (token) => copyText(prefix + token), verifier),
  )
}

/** Each round takes the next so many of the pool, each one copied beforehand. */
function contend<Item>(
  name: string,
  pool: readonly Item[],
  count: number,
  copy: (item: Item) => Item,
  verify: (items: readonly Item[]) => number | Promise<number>,
): Contender {
  let next = 0
  let items: readonly Item[] = []
  return {
    name,
    operations: count,
    prepare() {
      items = pool.slice(next, next + count).map(copy)
      next = (next + count) % pool.length
    },
    run() {
      const good = verify(items)
      if (typeof good === 'number') return demandAll(name, good, count)
      return good.then((settled) => demandAll(name, settled, count))
    },
  }
}

/** A new text, as each request brings one: V8 keeps the hash of a text with it, and a look-up by one that is hashed is cheaper. */
function copyText(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1')
}

function demandAll(name: string, good: number, expected: number): void {
  if (good !== expected) throw new Error(`${name} accepted ${good} of ${expected} tokens`)
}
