import type { FastifyRequest } from 'fastify'
import { KNOWN_MS, seeDevice } from '../domain/known-devices/see-device.ts'
import { leaveNotice } from '../domain/mails/leave-notice.ts'
import type { Transaction } from '../platform/database/database.ts'
import type { Sealer } from '../platform/sealing/sealing.ts'
import { chooseMailLanguage } from './choose-mail-language.ts'
import type { IssuerUrls } from './issuer-urls.ts'
import { findOwnCookie, renderOwnCookie } from './own-cookies.ts'

/** Tells a person by mail that their account was signed in to on a device that is new to it. Gives the Set-Cookie value by which it is known. */
export async function tellOfNewDevice(
  tx: Transaction,
  { urls, sealer }: { readonly urls: IssuerUrls; readonly sealer: Sealer },
  request: FastifyRequest,
  { accountId, network }: { readonly accountId: string; readonly network: string },
): Promise<string> {
  const userAgent = request.headers['user-agent']
  const sight = { accountId, network, userAgent, cookie: findOwnCookie(urls, request, 'known_device') }
  const { isNew, cookie } = await seeDevice(tx, sight)
  if (isNew) {
    const language = await chooseMailLanguage(tx.sql, accountId, request)
    const told = { accountId, notice: 'new_device', language, network, userAgent } as const
    await leaveNotice(tx, { sealer, lockUrl: urls.accountLockUrl }, told)
  }
  return renderOwnCookie(urls, 'known_device', cookie, { maxAgeSeconds: KNOWN_MS / 1000 })
}
