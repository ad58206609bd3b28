import { createAccount } from '../domain/accounts/create-account.ts'
import { parseUsername } from '../domain/accounts/parse-username.ts'
import { createApi } from '../domain/apis/create-api.ts'
import { listOperatorsApis } from '../domain/apis/list-apis.ts'
import { parseApi } from '../domain/apis/parse-api.ts'
import { createClient } from '../domain/clients/create-client.ts'
import { parseClient } from '../domain/clients/parse-client.ts'
import { generatePassword } from '../domain/credentials/generate-password.ts'
import { hashPassword } from '../domain/credentials/hash-password.ts'
import { setPassword } from '../domain/credentials/set-password.ts'
import type { Installation } from '../installation.ts'
import { CommandError } from './command.ts'

export const DEMO_AUDIENCE = 'https://tutorial.example'
export const DEMO_USERNAME = 'demo'

export interface DemoData {
  readonly clientId: string
  readonly password: string
}

/**
 * Makes a demo API, client and account in a database that holds no API yet, all in one transaction.
 *
 * @returns the client's id and the account's generated password, this once; absent when there is an API already.
 * @throws CommandError `username_taken` when somebody has the demo account's name; nothing is made then.
 */
export async function createDemoData({
  config,
  database,
  sealer,
  hashQueue,
}: Installation): Promise<DemoData | undefined> {
  if ((await listOperatorsApis(database.read)).length > 0) return undefined
  const api = parseApi({ audience: DEMO_AUDIENCE, name: 'Tutorial', scopes: ['dashboard:read'] })
  const description = parseClient({ name: 'Tutorial', type: 'public' })
  const username = parseUsername(DEMO_USERNAME)
  if (!api.ok || !description.ok || !username.ok) throw new Error('the demo data is not valid')
  const password = generatePassword()
  const hash = await hashPassword(hashQueue, password, { parameters: config.passwordCost })
  return database.write(async (tx) => {
    await createApi(tx, sealer, api.api, 'system')
    const { client } = await createClient(tx, description.client, 'system')
    const created = await createAccount(tx, { username: username.username, actor: 'system' })
    // Thrown, so that the API and the client are not made either.
    if (!created.ok)
      throw new CommandError('username_taken', `The name ${DEMO_USERNAME} is taken. Start with \`ostiary serve\`.`)
    await setPassword(tx, created.account.id, hash, 'system')
    return { clientId: client.id, password }
  })
}
