import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { compareCosts, type PeerFigure } from '../document/peer-figure.ts'
import { type Findings, keepResult, type Mark, type Table } from '../document/result.ts'
import { median, medianDifference, medianRatio } from '../measuring/median.ts'
import { versionsOf } from '../measuring/versions-of.ts'
import { type BenchmarkedAlgorithm, benchmarkedAlgorithms } from '../tokens/make-key.ts'

/** What `measure-algorithm.ts` prints: nanoseconds per token for each contender, a value for each round. */
interface AlgorithmTimings {
  readonly algorithm: BenchmarkedAlgorithm
  readonly fresh: Readonly<Record<string, readonly number[]>>
  readonly seen: Readonly<Record<string, readonly number[]>>
}

const guardNotes: readonly string[] = [
  'Everybody checks signature, algorithm, issuer, audience and expiry, with the key at hand; before the measurement each contender must accept a good token and refuse a forged, a foreign, a misdirected and an expired one. `typ` is checked by all but jsonwebtoken, which has no option for it. The guard alone also checks the types of the claims of RFC 9068, `crit` and canonical encoding.',
  '`node:crypto` gets the bytes already split and decoded: it is the floor. `guard.check` gets a request, finds its Authorization header and decides, which is what a guarded route calls; `guard.verify` and jose are asynchronous, and an `await` is in their figure.',
  'Tokens are new texts each time, as requests bring them: V8 keeps the hash of a text that was looked up once, and a look-up by the very same object would be cheaper than any server sees.',
  'New tokens come from a pool four times as large as what the guard remembers, so each of them is verified, stored, and another one dropped; that nothing was found is checked. fast-jwt, jose and jsonwebtoken remember nothing here.',
  "Seen tokens: both caches have room for all 5,000 tokens. fast-jwt names what it remembers by a SHA-2 hash of the token; the guard by the whole token. The last row gives fast-jwt the guard's way, which its option allows and warns of.",
  'Contenders take turns, in another order each round; each figure is the median of the rounds, each ratio and difference the median of those within a round. Each algorithm has a process of its own.',
  versionsOf(['fast-jwt', 'jose', 'jsonwebtoken']),
]

await keepResult('guard', async (isQuick): Promise<Findings> => {
  const timings = benchmarkedAlgorithms.map((algorithm) => measureAlgorithm(algorithm, isQuick))
  return {
    title: 'The guard: one token',
    marks: timings.flatMap(judgeAlgorithm),
    peers: timings.flatMap(besidePeers),
    tables: [
      tabulate('A token that was never seen', 'fresh', timings, 'node:crypto'),
      tabulate('A token that was seen before', 'seen', timings, 'guard.check'),
    ],
    notes: guardNotes,
    figures: timings,
  }
})

function measureAlgorithm(algorithm: BenchmarkedAlgorithm, isQuick: boolean): AlgorithmTimings {
  console.log(`guard: ${algorithm}…`)
  const script = fileURLToPath(new URL('./measure-algorithm.ts', import.meta.url))
  const args = ['--expose-gc', '--no-warnings', script, algorithm, ...(isQuick ? ['--quick'] : [])]
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }))
}

function judgeAlgorithm({ algorithm, fresh, seen }: AlgorithmTimings): Mark[] {
  const check = median(pick(seen, 'guard.check'))
  const ofCached = medianRatio(pick(seen, 'guard.check'), pick(seen, 'fast-jwt, cached'))
  const overRaw = medianDifference(pick(fresh, 'guard.check'), pick(fresh, 'node:crypto'))
  const ofUncached = medianRatio(pick(fresh, 'guard.check'), pick(fresh, 'fast-jwt'))
  return [
    mark(`${algorithm}, token seen before`, '≤ 1 µs', formatTime(check), check <= 1000),
    mark(`${algorithm}, token seen before`, '≤ 0.5 × fast-jwt cached', `${ofCached.toFixed(2)} ×`, ofCached <= 0.5),
    mark(`${algorithm}, token new`, 'raw verification + ≤ 4 µs', `+ ${formatTime(overRaw)}`, overRaw <= 4000),
    mark(`${algorithm}, token new`, '≤ 1 × fast-jwt uncached', `${ofUncached.toFixed(2)} ×`, ofUncached <= 1),
  ]
}

function besidePeers({ algorithm, ...timings }: AlgorithmTimings): PeerFigure[] {
  const kinds = [
    { kind: 'fresh', name: 'token new' },
    { kind: 'seen', name: 'token seen before' },
  ] as const
  return kinds.flatMap(({ kind, name }) => {
    const of = timings[kind]
    const peers = Object.keys(of).filter((contender) => !/^(guard|node:)/.test(contender))
    return peers.map((peer) =>
      compareCosts({ what: `${algorithm}, ${name}`, peer }, pick(of, 'guard.check'), pick(of, peer), formatTime),
    )
  })
}

function mark(of: string, wanted: string, measured: string, isMet: boolean): Mark {
  return { of: `guard: ${of}`, mark: wanted, measured, isMet }
}

function tabulate(caption: string, kind: 'fresh' | 'seen', timings: readonly AlgorithmTimings[], base: string): Table {
  const names = [...new Set(timings.flatMap((timing) => Object.keys(timing[kind])))]
  return {
    caption: `${caption}: time per token, and how often that of ${base}`,
    columns: ['', ...timings.map(({ algorithm }) => algorithm)],
    rows: names.map((name) => [name, ...timings.map((timing) => compare(timing[kind], name, base))]),
  }
}

function compare(timings: Readonly<Record<string, readonly number[]>>, name: string, base: string): string {
  const values = timings[name]
  if (values === undefined) return '–'
  return `${formatTime(median(values))} (${medianRatio(values, pick(timings, base)).toFixed(2)})`
}

function formatTime(nanoseconds: number): string {
  return `${(nanoseconds / 1000).toFixed(2)} µs`
}

function pick(timings: Readonly<Record<string, readonly number[]>>, name: string): readonly number[] {
  const values = timings[name]
  if (values === undefined) throw new Error(`${name} was not measured`)
  return values
}
