import fc from 'fast-check'
import { expect } from 'vitest'
import { findOneTime, issueOneTime, useOneTime } from '../packages/server/src/domain/one-time/one-time.ts'
import { createRefreshKeyRing } from '../packages/server/src/domain/refresh-keys/refresh-key-ring.ts'
import { ensureRefreshKey, rotateRefreshKey } from '../packages/server/src/domain/refresh-keys/rotate-refresh-key.ts'
import { migrations } from '../packages/server/src/domain/schema/migrations.ts'
import { endSession } from '../packages/server/src/domain/sessions/end-session.ts'
import { findSession } from '../packages/server/src/domain/sessions/find-session.ts'
import { openSession } from '../packages/server/src/domain/sessions/open-session.ts'
import { deriveCurrentToken, verifyRefreshToken } from '../packages/server/src/domain/sessions/refresh-token.ts'
import { rotateSession } from '../packages/server/src/domain/sessions/rotate-session.ts'
import type { Database } from '../packages/server/src/platform/database/database.ts'
import { createSealer } from '../packages/server/src/platform/sealing/sealing.ts'
import { type DatabaseUnderTest, onSqlite } from '../packages/server/testing/database.ts'
import { fuzz } from './property.ts'

const begunAt = 1_790_000_000_000
const minute = 60_000
const limits = { idleMilliseconds: 60 * minute, absoluteMilliseconds: 300 * minute }
const sealer = createSealer([Buffer.alloc(32, 7).toString('base64url')])

/** What is known of a session without looking at it: every token that was given, and what must become of each. */
interface Family {
  readonly tokens: string[]
  rotatedAt: number
  expiresAt: number
  readonly absoluteEnd: number
  hasEnded: boolean
}

interface World {
  readonly database: Database
  readonly ring: ReturnType<typeof createRefreshKeyRing>
  readonly clock: { moment: number; now: () => number; monotonic: number }
  readonly sessionId: string
}

type Step = fc.AsyncCommand<Family, World>

const isLive = (family: Family, now: number) => !family.hasEnded && family.expiresAt > now

async function refresh({ database, ring }: World, token: string): Promise<string | undefined> {
  const content = await verifyRefreshToken(ring, token, 'cli_a')
  if (content === undefined) throw new Error('a token that was given is one of ours')
  const newest = await ring.newest()
  const rotation = await database.write((tx) => rotateSession(tx, content, newest))
  return rotation.ok ? deriveCurrentToken(ring, rotation.session) : undefined
}

/** Presents the token that is so many behind the current one, by so many at once. */
class Refresh implements Step {
  readonly #behind: number
  readonly #atOnce: number
  constructor(behind: number, atOnce: number) {
    this.#behind = behind
    this.#atOnce = atOnce
  }
  check({ tokens }: Readonly<Family>): boolean {
    return tokens.length > this.#behind
  }
  async run(family: Family, world: World): Promise<void> {
    const { tokens } = family
    const now = world.clock.now()
    const presented = tokens.at(-1 - this.#behind) ?? ''
    const answers = await Promise.all(Array.from({ length: this.#atOnce }, () => refresh(world, presented)))
    // However many ask, there is one answer.
    expect(new Set(answers).size).toBe(1)
    const [answer] = answers
    if (!isLive(family, now)) return void expect(answer).toBeUndefined()
    if (this.#behind === 0) {
      expect(tokens).not.toContain(answer)
      tokens.push(answer ?? expect.fail('the current token was refused'))
      family.rotatedAt = now
      family.expiresAt = Math.min(now + limits.idleMilliseconds, family.absoluteEnd)
    } else if (this.#behind === 1 && now - family.rotatedAt <= 30_000) expect(answer).toBe(tokens.at(-1))
    else {
      expect(answer).toBeUndefined()
      family.hasEnded = true
    }
  }
  toString(): string {
    return `refresh(${this.#behind} behind, ${this.#atOnce} at once)`
  }
}

class Wait implements Step {
  readonly #milliseconds: number
  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds
  }
  check = () => true
  async run(_: Family, { clock }: World): Promise<void> {
    clock.moment += this.#milliseconds
    clock.monotonic += this.#milliseconds
  }
  toString(): string {
    return `wait(${this.#milliseconds} ms)`
  }
}

class End implements Step {
  check = () => true
  async run(family: Family, { database, sessionId }: World): Promise<void> {
    const session = (await findSession(database.read, sessionId)) ?? expect.fail('the session is gone')
    const ended = await database.write((tx) => endSession(tx, session, 'cli'))
    expect(ended.count).toBe(family.hasEnded ? 0 : 1)
    family.hasEnded = true
  }
  toString = () => 'end'
}

class RotateKey implements Step {
  check = () => true
  async run(_: Family, { database }: World): Promise<void> {
    await database.write((tx) => rotateRefreshKey(tx, sealer, 'cli'))
  }
  toString = () => 'rotate key'
}

const commands = fc.commands(
  [
    fc.integer({ min: 1, max: 3 }).map((atOnce) => new Refresh(0, atOnce)),
    fc
      .tuple(fc.constantFrom(0, 1, 1, 2, 3), fc.integer({ min: 1, max: 3 }))
      .map(([behind, atOnce]) => new Refresh(behind, atOnce)),
    fc.constantFrom(1, 29_999, 30_000, 30_001, 50 * minute, 60 * minute).map((milliseconds) => new Wait(milliseconds)),
    fc.constant(new End()),
    fc.constant(new RotateKey()),
  ],
  { maxCommands: 25 },
)

onSqlite('a family of refresh tokens', (under) => {
  const world = openOnce(under)
  fuzz(
    'refresh',
    'RFC 9700 §4.14.2: whatever comes in whatever order, a family never forks, and a copy ends it',
    commands,
    async (steps) => {
      const { database, ring, clock } = await world()
      clock.moment = begunAt
      const opening = { accountId: 'acc_a', clientId: 'cli_a', network: '', userAgent: undefined, methods: [] }
      const refreshKeyId = (await ring.newest()).id
      const session = await database.write((tx) =>
        openSession(tx, opening, { audience: 'https://api.example.com', scopes: [], limits, refreshKeyId }),
      )
      const first = await deriveCurrentToken(ring, session)
      const setup = () => ({
        model: {
          tokens: [first],
          rotatedAt: begunAt,
          expiresAt: begunAt + limits.idleMilliseconds,
          absoluteEnd: begunAt + limits.absoluteMilliseconds,
          hasEnded: false,
        },
        real: { database, ring, clock, sessionId: session.id },
      })
      await fc.asyncModelRun(setup, steps)
    },
    { runs: 20 },
  )
})

onSqlite('one-time things', (under) => {
  const world = openOnce(under)
  const uses = fc.tuple(
    fc.scheduler(),
    fc.integer({ min: 2, max: 6 }),
    fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
  )
  fuzz(
    'one-time',
    'in whatever order those who use it at once get their turns, one is the first, and all others are told',
    uses,
    async ([scheduler, count, fails]) => {
      const { database, clock } = await world()
      const kind = 'authorization_code'
      const secret = await database.write((tx) => issueOneTime(tx, { kind, payload: {}, lifetimeMilliseconds: minute }))
      const look = () => findOneTime(database.read, { kind, secret, now: clock.now() })
      const use = scheduler.scheduleFunction(async (index: number) => {
        const found = await look()
        if (found.state !== 'unused') return false
        const used = database.write(async (tx) => {
          const isFirst = await useOneTime(tx, found.id, `use ${index}`)
          if (isFirst && fails[index]) throw new Error('the rest failed')
          return isFirst
        })
        return used.catch(() => false)
      })
      const outcomes = Array.from({ length: count }, (_, index) => use(index))
      await scheduler.waitFor(Promise.all(outcomes))
      const taken = (await Promise.all(outcomes)).flatMap((isFirst, index) => (isFirst ? [index] : []))
      expect(taken.length).toBeLessThanOrEqual(1)
      const after = await look()
      if (taken.length === 1) expect(after).toEqual({ state: 'used', outcome: `use ${taken[0]}` })
      else expect(after.state).toBe('unused')
    },
    { runs: 40 },
  )
})

/** One database for all runs of a property: a session or a secret of one is no other's. */
function openOnce({ open }: DatabaseUnderTest): () => Promise<Omit<World, 'sessionId'>> {
  let opened: Promise<Omit<World, 'sessionId'>> | undefined
  return () => {
    opened ??= (async () => {
      const clock = { moment: begunAt, now: () => clock.moment, monotonic: 0 }
      const database = await open({ migrations, clock })
      await ensureRefreshKey(database, sealer)
      return { database, clock, ring: createRefreshKeyRing(database, sealer, () => clock.monotonic) }
    })()
    return opened
  }
}
