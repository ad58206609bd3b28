import type { ApiKey } from '../../domain/api-keys/api-key.ts'

/** A key as its own account sees it, on the wire. Moments are RFC 3339; null: never. */
export function renderApiKeyJson(key: ApiKey): object {
  const moment = (milliseconds: number | undefined) =>
    milliseconds === undefined ? null : new Date(milliseconds).toISOString()
  return {
    id: key.id,
    name: key.name,
    audience: key.audience,
    scopes: key.scopes,
    created_at: moment(key.createdAt),
    last_used_at: moment(key.usedAt),
    expires_at: moment(key.expiresAt),
  }
}
