import { createHash, createPrivateKey, type KeyObject } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '../../platform/database/database.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'
import { JWKS_LIFETIME_SECONDS } from './plan-key-schedule.ts'
import { privateKeyPurpose, type SigningAlgorithm, type SigningKey } from './signing-key.ts'
import { selectSigningKeys } from './signing-key-store.ts'

export interface Signer {
  readonly kid: string
  readonly algorithm: SigningAlgorithm
  readonly privateKey: KeyObject
}

/** The keys as they stood at most half a second ago. */
export interface PublishedKeys {
  /** The JWKS as it is served, RFC 7517 §5. */
  readonly jwks: string
  readonly etag: string
  readonly kids: ReadonlySet<string>
  readonly signers: ReadonlyMap<SigningAlgorithm, Signer>
}

export interface KeyRing {
  /** @throws SealingError when OSTIARY_SECRET is not the secret that the keys were sealed with. */
  current(): Promise<PublishedKeys>
  /**
   * The key that signs with this algorithm now.
   *
   * @throws Error when there is none: `advanceSigningKeys` makes one for every algorithm in use.
   */
  getSigner(algorithm: SigningAlgorithm): Promise<Signer>
  /** The keys as they stand now: asks the database by a read that begins after this call, one for all who call before it begins. */
  latest(): Promise<PublishedKeys>
  /** The keys as they were last read, and how long ago; undefined when that is longer than a JWKS may be kept by whoever has it. For when the database is away. */
  lastRead(): { readonly published: PublishedKeys; readonly ageSeconds: number } | undefined
  /**
   * The keys, with the one of this kid if there is such a one: another instance may have made it a moment ago. Asks the database for a kid that is not in
   * memory, ten times a second at most, and waits for it.
   */
  withKey(kid: string): Promise<PublishedKeys>
  /** Has the database asked again by the next call. */
  forget(): void
}

/** A change made by another instance or by the command line is seen after this long: well within a second. */
const FRESH_MS = 500
/** However many strange kids are named, they are looked for this seldom. */
const SEEK_PAUSE_MS = 100

/** Holds the opened keys in memory and looks at the database again when its copy is older than half a second. */
export function createKeyRing(
  database: Database,
  sealer: Sealer,
  monotonicNow: () => number = () => performance.now(),
): KeyRing {
  const opened = new Map<string, Signer>()
  let copy: { readonly published: PublishedKeys; readonly readAt: number } | undefined
  let reading: Promise<PublishedKeys> | undefined
  let next: Promise<PublishedKeys> | undefined
  let generation = 0

  async function read(): Promise<PublishedKeys> {
    const readAt = monotonicNow()
    const begun = generation
    const keys = await selectSigningKeys(database.readUrgently)
    for (const kid of opened.keys())
      if (!keys.some((key) => key.kid === kid && key.state === 'active')) opened.delete(kid)
    for (const key of keys.filter((candidate) => candidate.state === 'active' && !opened.has(candidate.kid))) {
      opened.set(key.kid, openSigner(sealer, key))
    }
    const published = toPublishedKeys(keys, [...opened.values()])
    if (begun === generation) copy = { published, readAt }
    return published
  }

  async function readOnce(): Promise<PublishedKeys> {
    if (reading) return reading
    const own = read().finally(() => {
      if (reading === own) reading = undefined
    })
    reading = own
    return own
  }

  async function current(): Promise<PublishedKeys> {
    return copy && monotonicNow() - copy.readAt < FRESH_MS ? copy.published : readOnce()
  }

  /** A read that begins after this call, and after a pause. */
  function readNext(pauseMilliseconds: number): Promise<PublishedKeys> {
    next ??= (async () => {
      // Also without a pause it begins after this call, when `next` is set.
      await (pauseMilliseconds > 0 ? sleep(pauseMilliseconds) : undefined)
      while (reading) await reading.catch(() => {})
      next = undefined
      return readOnce()
    })()
    return next
  }

  return {
    current,
    latest: () => readNext(0),
    lastRead() {
      const ageSeconds = copy ? Math.ceil((monotonicNow() - copy.readAt) / 1000) : Number.POSITIVE_INFINITY
      return copy && ageSeconds < JWKS_LIFETIME_SECONDS ? { published: copy.published, ageSeconds } : undefined
    },
    async withKey(kid) {
      const published = await current()
      if (published.kids.has(kid)) return published
      return readNext(copy ? copy.readAt + SEEK_PAUSE_MS - monotonicNow() : 0)
    },
    forget() {
      generation += 1
      copy = undefined
      reading = undefined
    },
    async getSigner(algorithm) {
      // The first key of an algorithm may be younger than the copy.
      const signer = (await current()).signers.get(algorithm) ?? (await readNext(0)).signers.get(algorithm)
      if (signer) return signer
      throw new Error(`no signing key for ${algorithm}`)
    },
  }
}

function openSigner(sealer: Sealer, { kid, algorithm, sealedPrivateKey }: SigningKey): Signer {
  if (sealedPrivateKey === undefined) throw new Error(`the active signing key ${kid} has no private key`)
  const der = sealer.open(sealedPrivateKey, privateKeyPurpose(kid))
  return { kid, algorithm, privateKey: createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }) }
}

function toPublishedKeys(keys: readonly SigningKey[], signers: readonly Signer[]): PublishedKeys {
  const published = keys.filter((key) => key.state !== 'retired')
  const jwks = JSON.stringify({ keys: published.map((key) => key.publicJwk) })
  return {
    jwks,
    etag: `"${createHash('sha256').update(jwks).digest('base64url').slice(0, 22)}"`,
    kids: new Set(published.map(({ kid }) => kid)),
    signers: new Map(signers.map((signer) => [signer.algorithm, signer])),
  }
}
