import { isDeepStrictEqual } from 'node:util'
import type { Transaction } from '../../platform/database/database.ts'
import { adminPermissionNames } from '../apis/admin-api.ts'
import { recordAuditEvent } from '../audit/record-audit-event.ts'
import type { Client } from './client.ts'
import { insertBuiltInClient, lockClientRow, updateClient } from './client-store.ts'

/** The server's own console as a client. Registered ones have ids of another form, `cli_…`, so nobody else can have this one. */
export const CONSOLE_CLIENT_ID = 'console'

const HOUR_MS = 3_600_000

/** Whether the server itself keeps this client: no operator changes or deletes it. */
export function isBuiltInClient(id: string): boolean {
  return id === CONSOLE_CLIENT_ID
}

/** Registers the console, or brings it up to date where the issuer is another one than at the start before. */
export async function ensureConsoleClient(tx: Transaction, issuer: string): Promise<void> {
  const client = describeConsole(issuer.replace(/\/$/, ''), tx.now)
  const isNew = await insertBuiltInClient(tx.sql, client)
  const before = isNew ? undefined : await lockClientRow(tx.sql, client.id)
  const now = { ...client, createdAt: before?.createdAt ?? client.createdAt }
  if (before && isDeepStrictEqual(before, now)) return
  if (before) await updateClient(tx.sql, now)
  const detail = { redirect_uris: [...client.redirectUris] }
  const act = before ? 'client.changed' : 'client.created'
  await recordAuditEvent(tx, { act, actor: 'system', outcome: 'done', clientId: client.id, detail })
}

/** Public, since whoever opens the page has all of it; first-party, since an administrator need not agree to the server's own page. */
function describeConsole(issuer: string, createdAt: number): Client {
  return {
    id: CONSOLE_CLIENT_ID,
    name: 'Console',
    type: 'public',
    redirectUris: [`${issuer}/console/callback`],
    grants: ['authorization_code', 'refresh_token'],
    // All of the Admin API: what each administrator may of it, their roles say.
    scopes: [...adminPermissionNames],
    // A day's work. Whoever still has a browser session is not asked for more than a click.
    sessionLimits: { idleMilliseconds: 8 * HOUR_MS, absoluteMilliseconds: 24 * HOUR_MS },
    isFirstParty: true,
    idTokenAlgorithm: 'ES256',
    postLogoutRedirectUris: [`${issuer}/console/`],
    userinfoAlgorithm: undefined,
    backchannelLogout: undefined,
    keys: undefined,
    isDpopRequired: false,
    isPushRequired: false,
    requiredAcr: undefined,
    createdAt,
    documentFreshUntil: undefined,
    registeredBy: undefined,
  }
}
