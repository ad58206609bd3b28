import { createAccount } from '../domain/accounts/create-account.ts'
import { parseUsername } from '../domain/accounts/parse-username.ts'
import { createApi, findApi } from '../domain/apis/create-api.ts'
import { parseApi } from '../domain/apis/parse-api.ts'
import { createClient } from '../domain/clients/create-client.ts'
import { parseClient } from '../domain/clients/parse-client.ts'
import { hashPassword } from '../domain/credentials/hash-password.ts'
import { setPassword } from '../domain/credentials/set-password.ts'
import { advanceKeysInUse, type Rooms } from '../server.ts'
import { generateNewPassword } from './choose-password.ts'

export const DEMO_AUDIENCE = 'https://tutorial.example'
export const DEMO_USERNAME = 'demo'

/**
 * Makes a demo API, client and account in a database that holds no API yet, all in one transaction.
 *
 * @returns the account's generated password, this once; absent when there was something already.
 */
export async function createDemoData(rooms: Rooms): Promise<string | undefined> {
  const { database, sealer, hashQueue } = rooms
  if (await findApi(database.read, DEMO_AUDIENCE)) return undefined
  const api = parseApi({ audience: DEMO_AUDIENCE, name: 'Tutorial', scopes: ['dashboard:read'] })
  const client = parseClient({ name: 'Tutorial', type: 'public' })
  const username = parseUsername(DEMO_USERNAME)
  if (!api.ok || !client.ok || !username.ok) throw new Error('the demo data is not valid')
  const password = generateNewPassword()
  const hash = await hashPassword(hashQueue, password)
  const created = await database.write(async (tx) => {
    const registered = await createApi(tx, sealer, api.api, 'system')
    if (!registered.ok) return false
    await createClient(tx, client.client, 'system')
    const account = await createAccount(tx, { username: username.username, actor: 'system' })
    if (!account.ok) return false
    await setPassword(tx, account.account.id, hash, 'system')
    return true
  })
  await advanceKeysInUse(rooms)
  return created ? password : undefined
}
