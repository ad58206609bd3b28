import { createHash, createPrivateKey, type KeyObject } from 'node:crypto'
import type { Database } from '../../platform/database/database.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'
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
  /** Has the database asked again by the next call. */
  forget(): void
}

/** A change made by another instance or by the command line is seen after this long: well within a second. */
const FRESH_MS = 500

/** Holds the opened keys in memory and looks at the database again when its copy is older than half a second. */
export function createKeyRing(
  database: Database,
  sealer: Sealer,
  monotonicNow: () => number = () => performance.now(),
): KeyRing {
  const opened = new Map<string, Signer>()
  let copy: { readonly published: PublishedKeys; readonly readAt: number } | undefined
  let reading: Promise<PublishedKeys> | undefined
  let generation = 0

  async function read(): Promise<PublishedKeys> {
    const readAt = monotonicNow()
    const begun = generation
    const keys = await selectSigningKeys(database.read)
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

  return {
    current,
    forget() {
      generation += 1
      copy = undefined
      reading = undefined
    },
    async getSigner(algorithm) {
      // The first key of an algorithm may be younger than the copy.
      const signer = (await current()).signers.get(algorithm) ?? (await readOnce()).signers.get(algorithm)
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
  const jwks = renderJwks(keys)
  return {
    jwks,
    etag: `"${createHash('sha256').update(jwks).digest('base64url').slice(0, 22)}"`,
    signers: new Map(signers.map((signer) => [signer.algorithm, signer])),
  }
}

function renderJwks(keys: readonly SigningKey[]): string {
  return JSON.stringify({ keys: keys.filter((key) => key.state !== 'retired').map((key) => key.publicJwk) })
}
