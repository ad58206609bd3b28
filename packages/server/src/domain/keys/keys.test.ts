import { describe, expect, it } from 'vitest'
import { countStatements } from '../../../testing/count-work.ts'
import { forEachDatabase } from '../../../testing/database.ts'
import { randomSecret } from '../../platform/random/random.ts'
import { createSealer } from '../../platform/sealing/sealing.ts'
import { listAuditEvents } from '../audit/list-audit-events.ts'
import { migrations } from '../schema/migrations.ts'
import { advanceSigningKeys, type KeyDeps } from './advance-signing-keys.ts'
import { computeThumbprint, generateSigningKey } from './generate-signing-key.ts'
import { createKeyRing } from './key-ring.ts'
import { listSigningKeys } from './list-signing-keys.ts'
import {
  JWKS_LIFETIME_SECONDS,
  PUBLISH_AHEAD_MS,
  planKeySchedule,
  RETIRING_MS,
  ROTATION_MS,
} from './plan-key-schedule.ts'
import { replaceCompromisedKey } from './replace-compromised-key.ts'
import { rotateSigningKeys } from './rotate-signing-keys.ts'
import { type SigningKey, signingAlgorithms } from './signing-key.ts'

const start = Date.UTC(2026, 0, 1)

describe('the key schedule', () => {
  const key = (state: SigningKey['state'], stateSince: number, kid = state): SigningKey => ({
    kid,
    algorithm: 'ES256',
    state,
    publicJwk: {},
    sealedPrivateKey: undefined,
    createdAt: stateSince,
    stateSince,
  })

  it('publishes a key at least one JWKS lifetime before its first use', () => {
    expect(PUBLISH_AHEAD_MS).toBeGreaterThanOrEqual(JWKS_LIFETIME_SECONDS * 1000)
  })

  it.each([
    ['nothing yet: a first key signs at once', [], 0, { create: ['active'], activate: [], retiring: [], retired: [] }],
    ['a young key: nothing is due', [key('active', 0)], 1000, { create: [], activate: [], retiring: [], retired: [] }],
    [
      'an old key: its successor is published',
      [key('active', 0)],
      ROTATION_MS - PUBLISH_AHEAD_MS,
      { create: ['pending'], activate: [], retiring: [], retired: [] },
    ],
    [
      'a pending key too young to sign',
      [key('active', 0), key('pending', 5)],
      4 + PUBLISH_AHEAD_MS,
      { create: [], activate: [], retiring: [], retired: [] },
    ],
    [
      'a pending key old enough',
      [key('active', 0), key('pending', 5)],
      5 + PUBLISH_AHEAD_MS,
      { create: [], activate: ['pending'], retiring: ['active'], retired: [] },
    ],
    [
      'a retiring key whose last token lives',
      [key('active', 0), key('retiring', 0)],
      RETIRING_MS - 1,
      { create: [], activate: [], retiring: [], retired: [] },
    ],
    [
      'a retiring key whose last token is over',
      [key('active', 0), key('retiring', 0)],
      RETIRING_MS,
      { create: [], activate: [], retiring: [], retired: ['retiring'] },
    ],
  ])('%s', (_, keys, now, due) => {
    const plan = planKeySchedule(keys, ['ES256'], now)
    expect({
      create: plan.create.map(({ state }) => state),
      activate: plan.activate.map(({ kid }) => kid),
      retiring: plan.retiring.map(({ kid }) => kid),
      retired: plan.retired.map(({ kid }) => kid),
    }).toEqual(due)
  })
})

describe('a generated key', () => {
  it.each(signingAlgorithms)(
    '%s: its kid is its thumbprint and its public half holds nothing private',
    async (algorithm) => {
      const { kid, publicJwk, privateKey } = await generateSigningKey(algorithm)
      expect(kid).toBe(computeThumbprint(publicJwk))
      expect(publicJwk).toMatchObject({ kid, alg: algorithm, use: 'sig' })
      for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']) expect(publicJwk).not.toHaveProperty(member)
      expect(privateKey.length).toBeGreaterThan(40)
    },
  )
})

forEachDatabase('signing keys', ({ open, createUrl }) => {
  async function openDeps(
    url?: string,
    secret = randomSecret(),
  ): Promise<KeyDeps & { clock: { moment: number; now(): number } }> {
    const clock = { moment: start, now: () => clock.moment }
    const database = await open({ migrations, clock, ...(url !== undefined && { url }) })
    return { database, sealer: createSealer([secret]), clock }
  }

  const statesOf = async (deps: KeyDeps) => (await listSigningKeys(deps.database.read)).map(({ state }) => state)

  it('a rotation goes pending → active → retiring → retired, and each step is audited', async () => {
    const deps = await openDeps()
    await advanceSigningKeys(deps, ['ES256'])
    expect(await statesOf(deps)).toEqual(['active'])
    deps.clock.moment += 1000
    expect((await rotateSigningKeys(deps, 'cli')).map(({ state }) => state)).toEqual(['pending'])
    // A second rotation changes nothing while a successor is pending.
    await rotateSigningKeys(deps, 'cli')
    await advanceSigningKeys(deps, ['ES256'])
    expect(await statesOf(deps)).toEqual(['active', 'pending'])
    deps.clock.moment += PUBLISH_AHEAD_MS
    await advanceSigningKeys(deps, ['ES256'])
    expect(await statesOf(deps)).toEqual(['retiring', 'active'])
    const [retiring] = await listSigningKeys(deps.database.read)
    expect(retiring?.sealedPrivateKey).toBeUndefined()
    deps.clock.moment += RETIRING_MS
    await advanceSigningKeys(deps, ['ES256'])
    expect(await statesOf(deps)).toEqual(['retired', 'active'])
    const acts = (await listAuditEvents(deps.database.read, { limit: 20 })).map(({ act }) => act)
    expect(acts.filter((act) => act.startsWith('signing_key')).sort()).toEqual([
      'signing_key.activated',
      'signing_key.created',
      'signing_key.created',
      'signing_key.retired',
      'signing_key.retiring',
    ])
  })

  it('a key is replaced by schedule after its time, without a command', async () => {
    const deps = await openDeps()
    await advanceSigningKeys(deps, ['EdDSA'])
    deps.clock.moment += ROTATION_MS - PUBLISH_AHEAD_MS
    await advanceSigningKeys(deps, ['EdDSA'])
    deps.clock.moment += PUBLISH_AHEAD_MS
    await advanceSigningKeys(deps, ['EdDSA'])
    expect(await statesOf(deps)).toEqual(['retiring', 'active'])
  })

  it('several instances at once make exactly one key', async () => {
    const url = await createUrl()
    const secret = randomSecret()
    const first = await openDeps(url, secret)
    const second = await openDeps(url, secret)
    await Promise.all(
      Array.from({ length: 10 }, (_, index) => advanceSigningKeys(index % 2 ? first : second, ['ES256', 'RS256'])),
    )
    const keys = await listSigningKeys(first.database.read)
    expect(keys.map(({ algorithm }) => algorithm).sort()).toEqual(['ES256', 'RS256'])
    await Promise.all(Array.from({ length: 10 }, (_, index) => rotateSigningKeys(index % 2 ? first : second, 'cli')))
    expect((await statesOf(first)).sort()).toEqual(['active', 'active', 'pending', 'pending'])
  })

  it('the key ring sees a rotation once its copy is half a second old, and keeps serving the retiring key', async () => {
    const deps = await openDeps()
    await advanceSigningKeys(deps, ['ES256'])
    let monotonic = 0
    const ring = createKeyRing(deps.database, deps.sealer, () => monotonic)
    const before = await ring.current()
    const oldSigner = await ring.getSigner('ES256')
    await rotateSigningKeys(deps, 'cli')
    monotonic += 499
    expect((await ring.current()).etag).toBe(before.etag)
    monotonic += 1
    const published = await ring.current()
    expect(JSON.parse(published.jwks).keys).toHaveLength(2)
    expect(published.etag).not.toBe(before.etag)
    expect((await ring.getSigner('ES256')).kid).toBe(oldSigner.kid)
    deps.clock.moment += PUBLISH_AHEAD_MS
    await advanceSigningKeys(deps, ['ES256'])
    monotonic += 500
    expect((await ring.getSigner('ES256')).kid).not.toBe(oldSigner.kid)
    expect(JSON.parse((await ring.current()).jwks).keys).toHaveLength(2)
  })

  it('a key that another instance made a moment ago is served at once, and found when a token names it', async () => {
    const deps = await openDeps()
    await advanceSigningKeys(deps, ['ES256'])
    const elsewhere = createKeyRing(deps.database, deps.sealer)
    const { kid } = await elsewhere.getSigner('ES256')
    const draft = await generateSigningKey('ES256')
    await deps.database.write((tx) => replaceCompromisedKey(tx, deps.sealer, { kid, draft, actor: 'cli' }))
    // Its copy is younger than half a second, so it signs with the old key; what others sign it verifies.
    expect((await elsewhere.current()).kids).toEqual(new Set([kid]))
    expect((await elsewhere.withKey(draft.kid)).kids).toEqual(new Set([draft.kid]))
    expect(JSON.parse((await elsewhere.latest()).jwks).keys).toMatchObject([{ kid: draft.kid }])
    const second = await generateSigningKey('ES256')
    await deps.database.write((tx) =>
      replaceCompromisedKey(tx, deps.sealer, { kid: draft.kid, draft: second, actor: 'cli' }),
    )
    expect(JSON.parse((await elsewhere.latest()).jwks).keys).toMatchObject([{ kid: second.kid }])
  })

  it('however many strange kids are named, the keys are read ten times a second at most', async () => {
    const deps = await openDeps()
    await advanceSigningKeys(deps, ['ES256'])
    let reads = 0
    const readUrgently = countStatements(deps.database.readUrgently, () => (reads += 1))
    const database = { ...deps.database, readUrgently }
    const ring = createKeyRing(database, deps.sealer)
    const begunAt = performance.now()
    for (let round = 0; round < 3; round++)
      await Promise.all(Array.from({ length: 200 }, (_, index) => ring.withKey(`strange ${round} ${index}`)))
    expect(reads).toBeGreaterThan(1)
    expect(reads).toBeLessThanOrEqual(2 + (performance.now() - begunAt) / 100)
  })

  it('what was read last is at hand for a JWKS lifetime, and not once it is forgotten', async () => {
    const deps = await openDeps()
    await advanceSigningKeys(deps, ['ES256'])
    let now = 0
    const ring = createKeyRing(deps.database, deps.sealer, () => now)
    expect(ring.lastRead()).toBeUndefined()
    const published = await ring.latest()
    now += 299_000
    expect(ring.lastRead()).toEqual({ published, ageSeconds: 299 })
    now += 1
    expect(ring.lastRead()).toBeUndefined()
    await ring.latest()
    ring.forget()
    expect(ring.lastRead()).toBeUndefined()
  })

  it('private keys rest encrypted: another secret opens nothing, and no row holds a private member', async () => {
    const deps = await openDeps()
    await advanceSigningKeys(deps, ['ES256'])
    const rows = JSON.stringify(await listSigningKeys(deps.database.read))
    expect(rows).not.toContain('"d"')
    const stranger = createKeyRing(deps.database, createSealer([randomSecret()]))
    await expect(stranger.current()).rejects.toMatchObject({ name: 'SealingError', code: 'unknown_secret' })
  })

  it('an algorithm without a key is an error that names it', async () => {
    const deps = await openDeps()
    await expect(createKeyRing(deps.database, deps.sealer).getSigner('PS256')).rejects.toThrow(
      'no signing key for PS256',
    )
  })
})
