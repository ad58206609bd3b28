import type { FastifyReply, FastifyRequest } from 'fastify'
import { findAccount } from '../../domain/accounts/find-account.ts'
import type { LockPayload } from '../../domain/mails/leave-notice.ts'
import { type FoundOneTime, findOneTime } from '../../domain/one-time/one-time.ts'
import { parseNetwork } from '../../domain/throttle/parse-network.ts'
import type { Clock } from '../../platform/clock/clock.ts'
import type { Database, Queries } from '../../platform/database/database.ts'
import { pageHeaders } from '../../platform/html/page-headers.ts'
import type { Theme } from '../../platform/html/theme.ts'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { refuseCrossOrigin } from '../../platform/http/refuse-cross-origin.ts'
import { choosePageLanguage } from '../choose-page-language.ts'
import { readFrontChannelParameters } from '../front-channel-parameters.ts'
import type { IssuerUrls } from '../issuer-urls.ts'
import { renderLockedPage, renderLockOverPage, renderLockPage } from './account-lock-pages.ts'
import { lockByLink } from './lock-by-link.ts'

export interface AccountLockDeps {
  readonly urls: IssuerUrls
  readonly database: Database
  readonly clock: Clock
  readonly theme: Theme
}

/** Serves the page that "This wasn't me" leads to, and locks. */
export function accountLockEndpoint(server: HttpServer, deps: AccountLockDeps): void {
  const { urls, database } = deps
  server.get(urls.accountLockPath, (request, reply) => showLock(deps, request, reply))
  server.post(urls.accountLockPath, async (request, reply) => {
    refuseCrossOrigin(request, urls.origin, 'Open the link of the mail and press the button there.')
    const secret = readSecret(request)
    const network = parseNetwork(request.ip)
    const locked = await database.write(async (tx) => lockByLink(tx, await findLock(tx.sql, secret, tx.now), network))
    if (locked === undefined) return showOver(deps, request, reply)
    const page = renderLockedPage({ ...locked, loginPath: urls.loginPath, ...lookOf(deps, request) })
    return reply.headers(pageHeaders(deps.theme)).send(page)
  })
}

async function showLock(deps: AccountLockDeps, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { urls, database, clock, theme } = deps
  const secret = readSecret(request)
  const found = await findLock(database.read, secret, clock.now())
  if (found.state !== 'unused') return showOver(deps, request, reply)
  const { accountId, notice } = found.payload as LockPayload
  const account = await findAccount(database.read, accountId)
  if (account === undefined) return showOver(deps, request, reply)
  const what = { username: account.username, notice, secret, action: urls.accountLockPath }
  return reply.headers(pageHeaders(theme)).send(renderLockPage({ ...what, ...lookOf(deps, request) }))
}

function showOver(deps: AccountLockDeps, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const page = renderLockOverPage({ loginPath: deps.urls.loginPath, ...lookOf(deps, request) })
  return reply.status(400).headers(pageHeaders(deps.theme)).send(page)
}

function findLock(sql: Queries, secret: string, now: number): Promise<FoundOneTime> {
  return findOneTime(sql, { kind: 'account_lock', secret, now })
}

/** Empty where there is none, or where there are several: that is none of ours. */
function readSecret(request: FastifyRequest): string {
  return readFrontChannelParameters(request).values.secret ?? ''
}

function lookOf({ theme }: AccountLockDeps, request: FastifyRequest) {
  return { theme, language: choosePageLanguage(request) }
}
