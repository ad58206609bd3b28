import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FeedIssuer, type Meddling } from '../../testing/feed-issuer.ts'
import { askedToken, type FollowedIssuer, followIssuer, TestClock } from '../../testing/follow-issuer.ts'

const step = fc.record({
  act: fc.constantFrom('revoke', 'revoke', 'revoke', 'beat', 'beat', 'restart', 'freeze', 'thaw'),
  meddling: fc.constantFrom<Meddling>('pass', 'pass', 'drop', 'twice', 'hold', 'cut', 'half'),
  waitsTurns: fc.integer({ min: 0, max: 3 }),
  milliseconds: fc.constantFrom(0, 1, 10, 100, 400, 1_500, 3_500),
})

type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

/** One run: an issuer, a guard, and what was committed when, which a guard that is live must know. */
class Run {
  readonly #clock: TestClock
  readonly #issuer: FeedIssuer
  readonly #followed: FollowedIssuer
  readonly #committed: { readonly sessionId: string; readonly atMs: number }[] = []
  checks = 0

  constructor(clock: TestClock, issuer: FeedIssuer, followed: FollowedIssuer) {
    this.#clock = clock
    this.#issuer = issuer
    this.#followed = followed
  }

  async take({ act, meddling, waitsTurns, milliseconds }: Step): Promise<void> {
    this.#clock.advance(milliseconds)
    this.#issuer.meddle = () => meddling
    this.#acts[act]()
    for (let turn = 0; turn < waitsTurns * 300; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    this.#examine()
  }

  /** Without anybody between, all is known in the end. */
  async settle(): Promise<void> {
    this.#issuer.isFrozen = false
    this.#issuer.meddle = () => 'pass'
    this.#issuer.restart()
    this.#clock.advance(1_000)
    await this.#followed.until(({ state, ageSeconds }) => state === 'live' && (ageSeconds ?? 1) < 1)
    this.#examine()
    expect(this.#followed.feed.state().sequence).toBe(this.#issuer.lines.length)
    for (const { sessionId } of this.#committed) this.#expectDenied(sessionId)
  }

  readonly #acts: Readonly<Record<Step['act'], () => void>> = {
    revoke: () => {
      const sessionId = `session-${this.#committed.length}`
      this.#committed.push({ sessionId, atMs: this.#clock.wallMs })
      this.#issuer.revoke('s', sessionId)
    },
    beat: () => this.#issuer.beat(),
    restart: () => this.#issuer.restart(),
    freeze: () => {
      this.#issuer.isFrozen = true
    },
    thaw: () => {
      this.#issuer.isFrozen = false
    },
  }

  #examine(): void {
    const { state, ageSeconds = Number.POSITIVE_INFINITY } = this.#followed.feed.state()
    if (state !== 'live') return
    const provedUntil = this.#clock.wallMs - ageSeconds * 1000
    // In the very millisecond of the proof a record may have been committed after it.
    const known = this.#committed.filter(({ atMs }) => atMs < provedUntil - 1)
    for (const { sessionId } of known) this.#expectDenied(sessionId)
  }

  #expectDenied(sessionId: string): void {
    this.checks += 1
    expect(this.#followed.feed.findDenial(askedToken({ sid: sessionId }))).toBe('token_revoked')
  }
}

test('whatever is dropped, doubled, held back, cut or restarted: no guard is live with a record missing', async () => {
  let checks = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
      const clock = new TestClock()
      await using issuer = await FeedIssuer.start(clock.wall)
      using followed = followIssuer(issuer, clock)
      await followed.until(({ state }) => state === 'live')
      const run = new Run(clock, issuer, followed)
      for (const one of steps) await run.take(one)
      await run.settle()
      checks += run.checks
    }),
    { numRuns: 40, interruptAfterTimeLimit: 30_000, markInterruptAsFailure: true },
  )
  expect(checks).toBeGreaterThan(50)
})
