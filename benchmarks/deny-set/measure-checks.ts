// What following a feed adds to `guard.check`: `node --expose-gc measure-checks.ts 100000` prints JSON.
import { createGuard, type Guard } from '@ostiary/guard'
import { FeedIssuer } from '../../packages/guard/testing/feed-issuer.ts'
import { checkWithGuard, largeCache } from '../guard/contenders.ts'
import { type Contender, interleave } from '../measuring/interleave.ts'
import { makeKey, type TokenKey, toKeySet } from '../tokens/make-key.ts'
import { audience, signToken } from '../tokens/sign-token.ts'

const TOKENS = 5_000
const ROUNDS = 31
const records = Number(process.argv[2])

const key = makeKey('ES256')
const issuer = await FeedIssuer.start(Date.now)
for (let count = 0; count < records; count += 1) issuer.revoke('s', `session-${count}`, { x: 2_000_000_000 })
const beating = setInterval(() => issuer.beat(), 1000)

const authorizations = Array.from({ length: TOKENS }, () => `Bearer ${signToken(key, { iss: issuer.url })}`)
const unchanged = await follow(key)
const changing = await follow(key)
const timings = await interleave(
  [
    contend('without a feed', makeGuard(key, false)),
    contend('with a feed, nothing new', unchanged),
    contend('with a feed, after a new record', changing, async () => {
      issuer.revoke('s', `session-${issuer.lines.length}`)
      await untilKnown(changing)
    }),
  ],
  ROUNDS,
  5,
)
clearInterval(beating)
process.stdout.write(JSON.stringify(Object.fromEntries(timings)))
process.exit()

function makeGuard(tokenKey: TokenKey, feed: false | { urls: string[] }): Guard {
  const keys = [...toKeySet(tokenKey).keys, ...issuer.keys.map(({ jwk }) => jwk)] as { kty: string }[]
  return createGuard({ issuer: issuer.url, audience, keys: { keys }, feed, cacheSize: largeCache })
}

async function follow(tokenKey: TokenKey): Promise<Guard> {
  const guard = makeGuard(tokenKey, { urls: [`${issuer.url}/feed`] })
  await untilKnown(guard)
  return guard
}

async function untilKnown(guard: Guard): Promise<void> {
  const isBehind = () => guard.state().feed.state !== 'live' || guard.state().feed.sequence !== issuer.lines.length
  while (isBehind()) await new Promise((resolve) => setTimeout(resolve, 1))
}

function contend(name: string, guard: Guard, prepare: () => void | Promise<void> = () => {}): Contender {
  const check = checkWithGuard(guard)
  let fresh: string[] = []
  return {
    name,
    operations: TOKENS,
    async prepare() {
      await prepare()
      // New texts each time, as requests bring them.
      fresh = authorizations.map((text) => Buffer.from(text).toString('latin1'))
    },
    run() {
      if (check(fresh) !== TOKENS) throw new Error(`${name}: a good token was refused`)
    },
  }
}
