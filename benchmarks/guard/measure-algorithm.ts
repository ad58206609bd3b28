// One algorithm in a process of its own, as an API has one. `node --expose-gc measure-algorithm.ts ES256 [--quick]` prints JSON.
import { type Contender, interleave } from '../measuring/interleave.ts'
import { type BenchmarkedAlgorithm, benchmarkedAlgorithms, makeKey, type TokenKey } from '../tokens/make-key.ts'
import { signToken, signTokens } from '../tokens/sign-token.ts'
import {
  checkWithGuard,
  decodeToken,
  makeGuard,
  type Verifier,
  verifyRaw,
  verifyWithFastJwt,
  verifyWithGuard,
  verifyWithJose,
  verifyWithJsonwebtoken,
} from './contenders.ts'

const isQuick = process.argv.includes('--quick')
const size = isQuick ? { fresh: 200, seen: 1_000, rounds: 7 } : { fresh: 400, seen: 5_000, rounds: 61 }

interface Candidate {
  readonly name: string
  /** Makes it anew: one that remembers tokens must not know those of the last round. */
  readonly make: () => Verifier
  /** What is put before each token. */
  readonly prefix?: string
}

const algorithm = parseAlgorithm(process.argv[2])
const key = makeKey(algorithm)
await refuseAlike(key)
const newTimings = await interleave(contendForNew(key), size.rounds, 3)
const seenTimings = await interleave(contendForSeen(key), size.rounds, 10)
process.stdout.write(
  JSON.stringify({ algorithm, fresh: Object.fromEntries(newTimings), seen: Object.fromEntries(seenTimings) }),
)

function parseAlgorithm(text: string | undefined): BenchmarkedAlgorithm {
  const found = benchmarkedAlgorithms.find((name) => name === text)
  if (found === undefined) throw new RangeError(`algorithm must be one of ${benchmarkedAlgorithms.join(', ')}`)
  return found
}

function listForNew(key: TokenKey): Candidate[] {
  return [
    { name: 'guard.check', make: () => checkWithGuard(makeGuard(key)), prefix: 'Bearer ' },
    { name: 'guard.verify', make: () => verifyWithGuard(makeGuard(key)) },
    { name: 'fast-jwt', make: () => verifyWithFastJwt(key, 'none') },
    { name: 'jose', make: () => verifyWithJose(key) },
    // jsonwebtoken doesn't know EdDSA.
    ...(key.algorithm === 'EdDSA' ? [] : [{ name: 'jsonwebtoken', make: () => verifyWithJsonwebtoken(key) }]),
  ]
}

function listForSeen(key: TokenKey): Candidate[] {
  return [
    { name: 'guard.check', make: () => checkWithGuard(makeGuard(key)), prefix: 'Bearer ' },
    { name: 'guard.verify', make: () => verifyWithGuard(makeGuard(key)) },
    { name: 'fast-jwt, cached', make: () => verifyWithFastJwt(key, 'default') },
    { name: 'fast-jwt, cached by whole token', make: () => verifyWithFastJwt(key, 'whole token') },
  ]
}

/** Equal work: everybody accepts a good token and refuses a forged, a foreign and an expired one. */
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
  for (const { name, make, prefix = '' } of [...listForNew(key), ...listForSeen(key)]) {
    const verifier = make()
    if ((await verifier([prefix + good])) !== 1) throw new Error(`${name} refuses a good token`)
    for (const token of bad) if ((await verifier([prefix + token])) !== 0) throw new Error(`${name} accepts ${token}`)
  }
}

/** Tokens that the verifier has not seen: those of a round are signed once, and each round has a new verifier. */
function contendForNew(key: TokenKey): Contender[] {
  const tokens = signTokens(key, size.fresh)
  const decoded = tokens.map(decodeToken)
  const raw = verifyRaw(key)
  const first: Contender = {
    name: 'node:crypto',
    operations: tokens.length,
    prepare() {},
    run: () => demandAll('node:crypto', raw(decoded), tokens.length),
  }
  return [
    first,
    ...listForNew(key).map((candidate) =>
      contend(candidate, tokens, async () => {
        const verifier = candidate.make()
        // One other token first, so that what is done once per key is done.
        await verifier([(candidate.prefix ?? '') + signToken(key)])
        return verifier
      }),
    ),
  ]
}

/** Tokens that the verifier has seen, each of them once. */
function contendForSeen(key: TokenKey): Contender[] {
  const tokens = signTokens(key, size.seen)
  return listForSeen(key).map((candidate) => {
    let seen: Promise<Verifier> | undefined
    const remember = async (): Promise<Verifier> => {
      const verifier = candidate.make()
      await verifier(tokens.map((token) => (candidate.prefix ?? '') + token))
      return verifier
    }
    return contend(candidate, tokens, () => {
      seen ??= remember()
      return seen
    })
  })
}

function contend(
  { name, prefix = '' }: Candidate,
  tokens: readonly string[],
  make: () => Promise<Verifier>,
): Contender {
  let verifier: Verifier | undefined
  let texts: readonly string[] = []
  return {
    name,
    operations: tokens.length,
    async prepare() {
      verifier = await make()
      texts = tokens.map((token) => copyText(prefix + token))
    },
    run() {
      const good = verifier?.(texts) ?? 0
      if (typeof good === 'number') return demandAll(name, good, tokens.length)
      return good.then((count) => demandAll(name, count, tokens.length))
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
