import { median, medianRatio } from '../measuring/median.ts'

/** One figure of ours beside the same of a peer, measured in the same rounds. */
export interface PeerFigure {
  /** Such as `client credentials, 32 connections`. */
  readonly what: string
  readonly peer: string
  /** With their units, as they are printed. */
  readonly own: string
  readonly theirs: string
  /** How often the peer's is better than ours: above 1 it is the better one. */
  readonly peerIsBetterBy: number
}

/** Below that, two figures can't be told apart by a run. */
const WITHIN = 1.03

/** Of values for each round: what is more per second is better. */
export function compareRates(
  names: Pick<PeerFigure, 'what' | 'peer'>,
  own: readonly number[],
  theirs: readonly number[],
): PeerFigure {
  const print = (values: readonly number[]): string => `${Math.round(median(values)).toLocaleString('en')} per second`
  return { ...names, own: print(own), theirs: print(theirs), peerIsBetterBy: medianRatio(theirs, own) }
}

/** Of values for each round: what takes less time or room is better. */
export function compareCosts(
  names: Pick<PeerFigure, 'what' | 'peer'>,
  own: readonly number[],
  theirs: readonly number[],
  print: (value: number) => string,
): PeerFigure {
  const peerIsBetterBy = median(own) / median(theirs)
  return { ...names, own: print(median(own)), theirs: print(median(theirs)), peerIsBetterBy }
}

/** The section that says where a peer is better, the largest difference first. */
export function renderBetterPeers(figures: readonly PeerFigure[]): string {
  const better = figures
    .filter(({ peerIsBetterBy }) => peerIsBetterBy > WITHIN)
    .toSorted((one, other) => other.peerIsBetterBy - one.peerIsBetterBy)
  const rows = better.map(
    ({ what, peer, own, theirs, peerIsBetterBy }) =>
      `| ${[what, peer, theirs, own, `${peerIsBetterBy.toFixed(2)} ×`].join(' | ')} |`,
  )
  return [
    `## Where a peer is better: ${better.length} of ${figures.length} comparisons`,
    'Every figure of this page that stands beside one of a peer was compared, by the medians of the same run; what differs by less than 3 % can’t be told apart and counts for nobody. What a peer does less for its figure, such as keeping nothing on a disk, is said in each section.',
    ['| what | peer | theirs | ours | better by |', '| --- | --- | ---: | ---: | ---: |', ...rows].join('\n'),
  ].join('\n\n')
}
