import { advanceKeysInUse } from '../src/domain/clients/advance-keys-in-use.ts'
import { createClient } from '../src/domain/clients/create-client.ts'
import { parseClient } from '../src/domain/clients/parse-client.ts'
import { addAccount, addApi, startTestServer, type TestServer, type TestServerOptions } from './test-server.ts'
import { type Visit, Visitor } from './visitor.ts'

const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code'
export const deviceAudience = 'https://api.example.com'
export const devicePerson = { username: 'ada', password: 'a long walk along the river' }

export interface WireAnswer {
  readonly status: number
  readonly body: Readonly<Record<string, string>>
  readonly headers: Headers
}

/** A server with an API, a person and a public client for devices. */
export interface DeviceScene {
  readonly server: TestServer
  readonly accountId: string
  readonly clientId: string
  readonly browser: Visitor
  /** The device asks for its codes. */
  ask(more?: Record<string, string>, headers?: Record<string, string>): Promise<WireAnswer>
  /** The device asks for its tokens. */
  poll(deviceCode: string | undefined, more?: Record<string, string>): Promise<WireAnswer>
  /** The person signs in where that is asked for, and enters a code. */
  enter(userCode: string | undefined): Promise<Visit>
  /** The person enters a code and decides. */
  decide(userCode: string | undefined, decision?: string): Promise<Visit>
}

type Described = Omit<Parameters<typeof parseClient>[0], 'name' | 'type'>

/** Registers a client, as the command line does. */
export async function addDeviceClient(
  { running }: TestServer,
  described: Described = {},
  type = 'public',
): Promise<{ readonly clientId: string; readonly secret: string }> {
  const parsed = parseClient({ name: 'TV & Co', type, grants: [DEVICE_GRANT, 'refresh_token'], ...described })
  if (!parsed.ok) throw new Error(parsed.sentence)
  const { client, secret = '' } = await running.installation.database.write((tx) =>
    createClient(tx, parsed.client, 'cli'),
  )
  await advanceKeysInUse(running.installation)
  return { clientId: client.id, secret }
}

export async function startDeviceScene(
  options: TestServerOptions = {},
  described: Described = {},
): Promise<DeviceScene> {
  const server = await startTestServer(options)
  const accountId = await addAccount(server, devicePerson.username, devicePerson.password)
  await addApi(server, { audience: deviceAudience, name: 'Orders', scopes: ['orders:read', 'orders:write'] })
  const { clientId } = await addDeviceClient(server, described)
  const browser = new Visitor(server.issuer)
  const enter = async (userCode = '') => {
    let visit = await browser.get(`/device?${new URLSearchParams({ user_code: userCode })}`)
    if (visit.text.includes('name="password"')) visit = await browser.submit(visit, devicePerson)
    return browser.submit(visit, { user_code: userCode })
  }
  return {
    server,
    accountId,
    clientId,
    browser,
    ask: (more = {}, headers = {}) =>
      askForCodes(
        server,
        { client_id: clientId, scope: 'openid orders:read', resource: deviceAudience, ...more },
        headers,
      ),
    poll: (deviceCode = '', more = {}) => pollWith(server, { client_id: clientId, device_code: deviceCode, ...more }),
    enter,
    decide: async (userCode, decision = 'allow') => browser.submit(await enter(userCode), { decision }),
  }
}

/** `POST /device-authorization`. */
export async function askForCodes(
  { issuer }: TestServer,
  form: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<WireAnswer> {
  return readAnswer(
    await fetch(`${issuer}/device-authorization`, { method: 'POST', body: new URLSearchParams(form), headers }),
  )
}

/** `POST /token` with a device code. */
export async function pollWith({ issuer }: TestServer, form: Record<string, string>): Promise<WireAnswer> {
  const body = new URLSearchParams({ grant_type: DEVICE_GRANT, ...form })
  return readAnswer(await fetch(`${issuer}/token`, { method: 'POST', body }))
}

async function readAnswer(response: Response): Promise<WireAnswer> {
  const body = (await response.json()) as Readonly<Record<string, string>>
  return { status: response.status, body, headers: response.headers }
}
