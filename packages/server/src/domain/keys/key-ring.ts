import { createHash, createPrivateKey, type KeyObject } from 'node:crypto'
import type { Database } from '../../platform/database/database.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'
import { privateKeyPurpose } from './advance-signing-keys.ts'
import { type SigningAlgorithm, type SigningKey, selectSigningKeys } from './signing-key-store.ts'

export interface Signer {
  readonly kid: string
  readonly algorithm: SigningAlgorithm
  readonly privateKey: KeyObject
}

/** The keys as they stood at most half a second ago. */
export interface KeySet {
  /** The JWKS as it is served, RFC 7517 §5. */
  readonly jwks: string
  readonly etag: string
  /** The key that signs with this algorithm; absent when no API asked for it yet. */
  findSigner(algorithm: SigningAlgorithm): Signer | undefined
}

export interface KeyRing {
  /** @throws SealingError when OSTIARY_SECRET is not the secret that the keys were sealed with. */
  current(): Promise<KeySet>
}

/** A change made by another instance or by the command line is seen after this long: well within a second. */
const FRESH_MS = 500

/** Holds the opened keys in memory and looks at the database again when its copy is older than half a second. */
export function createKeyRing(database: Database, sealer: Sealer, monotonicNow: () => number = () => performance.now()): KeyRing {
  const opened = new Map<string, Signer>()
  let copy: { readonly keySet: KeySet; readonly readAt: number } | undefined
  let reading: Promise<KeySet> | undefined

  async function read(): Promise<KeySet> {
    const readAt = monotonicNow()
    const keys = await selectSigningKeys(database.read)
    for (const kid of opened.keys()) if (!keys.some((key) => key.kid === kid && key.state === 'active')) opened.delete(kid)
    for (const key of keys.filter((candidate) => candidate.state === 'active' && !opened.has(candidate.kid))) {
      opened.set(key.kid, openSigner(sealer, key))
    }
    copy = { keySet: toKeySet(keys, [...opened.values()]), readAt }
    return copy.keySet
  }

  return {
    async current() {
      if (copy && monotonicNow() - copy.readAt < FRESH_MS) return copy.keySet
      reading ??= read().finally(() => {
        reading = undefined
      })
      return reading
    },
  }
}

function openSigner(sealer: Sealer, { kid, algorithm, sealedPrivateKey }: SigningKey): Signer {
  if (sealedPrivateKey === undefined) throw new Error(`the active signing key ${kid} has no private key`)
  const der = sealer.open(sealedPrivateKey, privateKeyPurpose(kid))
  return { kid, algorithm, privateKey: createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }) }
}

function toKeySet(keys: readonly SigningKey[], signers: readonly Signer[]): KeySet {
  const jwks = renderJwks(keys)
  const bySigner = new Map(signers.map((signer) => [signer.algorithm, signer]))
  return {
    jwks,
    etag: `"${createHash('sha256').update(jwks).digest('base64url').slice(0, 22)}"`,
    findSigner: (algorithm) => bySigner.get(algorithm),
  }
}

function renderJwks(keys: readonly SigningKey[]): string {
  return JSON.stringify({ keys: keys.filter((key) => key.state !== 'retired').map((key) => key.publicJwk) })
}
