import type { EpochSeconds } from '../claims/access-token-claims.ts'

/** So many seconds' entries are forgotten together: looking at each of them every second would cost more than they do. */
const bucketSeconds = 60

/** What to look at once its time has passed. */
export class ForgetSchedule<Kind extends string> {
  readonly #buckets = new Map<number, Map<Kind, string[]>>()

  add(kind: Kind, hash: string, forgetAt: EpochSeconds): void {
    const number = Math.floor(forgetAt / bucketSeconds)
    const bucket = this.#buckets.get(number) ?? new Map<Kind, string[]>()
    this.#buckets.set(number, bucket)
    const hashes = bucket.get(kind)
    if (hashes === undefined) bucket.set(kind, [hash])
    else hashes.push(hash)
  }

  /** Gives what is due and doesn't give it again. */
  *takeDue(now: EpochSeconds): Iterable<readonly [Kind, readonly string[]]> {
    for (const [number, bucket] of this.#buckets) {
      if ((number + 1) * bucketSeconds > now) continue
      this.#buckets.delete(number)
      yield* bucket
    }
  }
}
