import type { Sealer } from '../../platform/sealing/sealing.ts'
import type { Api } from './api.ts'

/** The secret shared with an HS256 API, 32 bytes; absent for every other algorithm. */
export function openApiSecret(sealer: Sealer, api: Api): Buffer | undefined {
  return api.sealedSecret === undefined ? undefined : sealer.open(api.sealedSecret, apiSecretPurpose(api.audience))
}

export function apiSecretPurpose(audience: string): string {
  return `api ${audience}`
}
