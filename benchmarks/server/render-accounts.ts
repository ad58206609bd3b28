import { randomBytes } from 'node:crypto'

const BATCH = 1000

/** Lines of accounts as `ostiary import` takes them: `user-0`, `user-1`, …, with addresses, a profile, the role `editor` and an Argon2id hash. */
export function* renderAccounts(count: number): Generator<string> {
  for (let from = 0; from < count; from += BATCH) {
    // One draw for all of a batch: what is measured is the import.
    const random = randomBytes(48 * BATCH)
    const lines = Array.from({ length: Math.min(BATCH, count - from) }, (_, index) => {
      const own = random.subarray(48 * index, 48 * (index + 1))
      const hash = `$argon2id$v=19$m=19456,t=2,p=1$${own.subarray(0, 16).toString('base64').replace(/=+$/, '')}$${own.subarray(16).toString('base64').replace(/=+$/, '')}`
      const name = `user-${from + index}`
      return `{"username":"${name}","email":"${name}@example.com","email_verified":true,"created_at":"2024-05-06T07:08:09.123Z","roles":["editor"],"password_hash":"${hash}","profile":{"given_name":"Ada","family_name":"Lovelace ${from + index}"}}\n`
    })
    yield lines.join('')
  }
}
