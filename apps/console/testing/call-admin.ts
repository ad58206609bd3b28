import { ADMIN_AUDIENCE, adminPermissionNames } from '../../../packages/server/src/domain/apis/admin-api.ts'
import { findApi } from '../../../packages/server/src/domain/apis/list-apis.ts'
import { CONSOLE_CLIENT_ID } from '../../../packages/server/src/domain/clients/console-client.ts'
import { momentAfterRevocations } from '../../../packages/server/src/domain/revocations/moment-after-revocations.ts'
import { openSession } from '../../../packages/server/src/domain/sessions/open-session.ts'
import type { ConsoleScene } from './console-scene.ts'

export type CallAdmin = <Body>(method: string, path: string, body?: object) => Promise<Body>

/** Calls the Admin API as the scene's administrator, to have something there that a page shows. */
export async function createAdminCaller({ server, adminId }: ConsoleScene): Promise<CallAdmin> {
  const { database, tokenIssuer, clock } = server.running.installation
  const api = await findApi(database.read, ADMIN_AUDIENCE)
  if (!api) throw new Error('the Admin API is not there')
  const methods = ['pwd', 'otp', 'mfa']
  const limits = { idleMilliseconds: 3_600_000, absoluteMilliseconds: 3_600_000 }
  const opening = {
    accountId: adminId,
    clientId: CONSOLE_CLIENT_ID,
    network: '127.0.0.1',
    userAgent: undefined,
    methods,
  }
  const access = { audience: ADMIN_AUDIENCE, scopes: adminPermissionNames, refreshKeyId: undefined, limits }
  const subject = { accountId: adminId, clientId: CONSOLE_CLIENT_ID }
  const session = await database.write((tx) => openSession(tx, opening, access))
  return async (method, path, body) => {
    const now = await momentAfterRevocations(database.read, subject, clock.now())
    const { token } = await tokenIssuer.issueAccessToken({
      ...{
        api,
        subject: adminId,
        clientId: CONSOLE_CLIENT_ID,
        scopes: adminPermissionNames,
        sessionId: session.id,
        now,
      },
      authentication: { at: now, methods },
    })
    const headers = { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) }
    const init = { method, headers, ...(body && { body: JSON.stringify(body) }) }
    const answer = await fetch(`${server.issuer}/admin/api/v1${path}`, init)
    if (!answer.ok) throw new Error(`${method} ${path}: ${await answer.text()}`)
    return (answer.status === 204 ? undefined : await answer.json()) as never
  }
}
