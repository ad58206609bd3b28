import type { FastifyRequest } from 'fastify'
import { KNOWN_MS, seeDevice } from '../domain/known-devices/see-device.ts'
import { leaveNotice } from '../domain/mails/leave-notice.ts'
import type { Transaction } from '../platform/database/database.ts'
import type { Sealer } from '../platform/sealing/sealing.ts'
import { describeDoer } from './describe-doer.ts'
import type { IssuerUrls } from './issuer-urls.ts'
import { noticeDeps } from './notice-deps.ts'
import { findOwnCookie, renderOwnCookie } from './own-cookies.ts'

/** Tells a person by mail that their account was signed in to on a device that is new to it. Gives the Set-Cookie value by which it is known. */
export async function tellOfNewDevice(
  tx: Transaction,
  deps: { readonly urls: IssuerUrls; readonly sealer: Sealer },
  request: FastifyRequest,
  { accountId, network }: { readonly accountId: string; readonly network: string },
): Promise<string> {
  const userAgent = request.headers['user-agent']
  const sight = { accountId, network, userAgent, cookie: findOwnCookie(deps.urls, request, 'known_device') }
  const { isNew, cookie } = await seeDevice(tx, sight)
  if (isNew) await leaveNotice(tx, noticeDeps(deps), { accountId, notice: 'new_device', ...describeDoer(request) })
  return renderOwnCookie(deps.urls, 'known_device', cookie, { maxAgeSeconds: KNOWN_MS / 1000 })
}
