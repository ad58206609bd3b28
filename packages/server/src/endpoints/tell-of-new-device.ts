import type { FastifyRequest } from 'fastify'
import { KNOWN_MS, seeDevice } from '../domain/known-devices/see-device.ts'
import { leaveNotice } from '../domain/mails/leave-notice.ts'
import type { Transaction } from '../platform/database/database.ts'
import { findCookie, renderCookie } from '../platform/http/cookies.ts'
import type { Sealer } from '../platform/sealing/sealing.ts'
import { chooseMailLanguage } from './choose-mail-language.ts'
import type { IssuerUrls } from './issuer-urls.ts'

/** Tells a person by mail that their account was signed in to on a device that is new to it. Gives the Set-Cookie value by which it is known. */
export async function tellOfNewDevice(
  tx: Transaction,
  { urls, sealer }: { readonly urls: IssuerUrls; readonly sealer: Sealer },
  request: FastifyRequest,
  { accountId, network }: { readonly accountId: string; readonly network: string },
): Promise<string> {
  const name = urls.isSecure ? '__Host-ostiary_browser' : 'ostiary_browser'
  const userAgent = request.headers['user-agent']
  const sight = { accountId, network, userAgent, cookie: findCookie(request.headers.cookie, name) }
  const { isNew, cookie } = await seeDevice(tx, sight)
  if (isNew) {
    const language = await chooseMailLanguage(tx.sql, accountId, request)
    const told = { accountId, notice: 'new_device', language, network, userAgent } as const
    await leaveNotice(tx, { sealer, lockUrl: urls.accountLockUrl }, told)
  }
  return renderCookie(name, cookie, { secure: urls.isSecure, maxAgeSeconds: KNOWN_MS / 1000 })
}
