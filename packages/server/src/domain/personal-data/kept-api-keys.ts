import { forgetApiKeys, listKnownApiKeys } from '../api-keys/forget-api-keys.ts'
import { type KeptData, purgeAtOnce, writeMoment } from './kept-data.ts'

/** The person's API keys, never the keys themselves. */
export const keptApiKeys: KeptData = {
  tables: ['api_key'],
  given: [
    {
      member: 'api_keys',
      async *many(sql, accountId) {
        for (const key of await listKnownApiKeys(sql, accountId))
          yield {
            id: key.id,
            name: key.name,
            audience: key.audience,
            scopes: key.scopes,
            created_at: writeMoment(key.createdAt),
            last_used_at: writeMoment(key.usedAt),
            expires_at: writeMoment(key.expiresAt),
            revoked_at: writeMoment(key.revokedAt),
          }
      },
    },
  ],
  purged: purgeAtOnce(forgetApiKeys),
}
