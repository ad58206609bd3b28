import type { Sealer } from '../../platform/sealing/sealing.ts'
import type { Upstream } from './upstream.ts'

/** What this server proves itself with at the upstream; absent for a public client. */
export function openUpstreamSecret(sealer: Sealer, { id, sealedSecret }: Upstream): string | undefined {
  return sealedSecret && sealer.open(sealedSecret, upstreamSecretPurpose(id)).toString('utf8')
}

export function upstreamSecretPurpose(id: string): string {
  return `upstream ${id}`
}
