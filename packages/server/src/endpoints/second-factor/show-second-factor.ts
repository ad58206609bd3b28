import type { FastifyReply, FastifyRequest } from 'fastify'
import { getAccount } from '../../domain/accounts/get-account.ts'
import { findPendingStep } from '../../domain/login/find-pending-step.ts'
import { renderRequestOptions } from '../../domain/passkeys/ceremony-options.ts'
import { listPasskeys } from '../../domain/passkeys/list-passkeys.ts'
import { makeChallenge } from '../../domain/passkeys/passkey-challenge.ts'
import { pageHeaders } from '../../platform/html/page-headers.ts'
import { type BegunLogin, findBegunLogin, findProgress, stepUrl, type WantedStep } from '../begun-login.ts'
import { findBrowserSession } from '../browser-session.ts'
import { choosePageLanguage } from '../choose-page-language.ts'
import { passkeyScript } from '../passkey-script.ts'
import { findPendingAuthorization, formTargets } from '../pending-authorization.ts'
import type { SecondFactorDeps } from './second-factor-deps.ts'
import { renderEndedStepPage, renderSecondFactorPage, type SecondFactorProblem } from './second-factor-page.ts'
import { scopeOf } from './verify-answer.ts'

/** Shows the factors that may end what has begun in this browser, or leads to where the person is to be instead. */
export async function showSecondFactor(
  deps: SecondFactorDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  wanted: WantedStep,
  problem?: SecondFactorProblem,
): Promise<FastifyReply> {
  const { urls, database, clock } = deps
  const now = clock.now()
  const begun = await findBegunLogin(database.read, urls, request, { ...wanted, now })
  if (!begun) return leadAway(deps, request, reply, wanted)
  const progress = await findProgress(database.read, urls, begun, { ...wanted, now })
  const pending = await findPendingStep(database.read, progress)
  if (pending?.kind === 'enrolment')
    return reply.header('cache-control', 'no-store').redirect(stepUrl(urls.enrolPath, wanted), 303)
  if (pending?.kind !== 'second_factor') return leadAway(deps, request, reply, wanted)
  return sendPage(deps, request, reply, { ...pending, begun, isStepUp: wanted.isStepUp, problem })
}

async function sendPage(
  deps: SecondFactorDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  shown: Pick<Parameters<typeof renderSecondFactorPage>[0], 'factors' | 'isStepUp' | 'problem'> & {
    readonly begun: BegunLogin
    readonly isDemanded: boolean
  },
): Promise<FastifyReply> {
  const { urls, database, clock, theme } = deps
  const { factors, isStepUp, problem, isDemanded } = shown
  const { id, login } = shown.begun
  const passkeyOptions = factors.includes('passkey') ? await askPasskey(deps, shown.begun) : undefined
  const waiting = await findPendingAuthorization(database.read, urls, login.returnTo, clock.now())
  const { username } = await getAccount(database.read, login.accountId)
  const page = renderSecondFactorPage({
    ...{ factors, isStepUp, problem, passkeyOptions, username, step: id, returnTo: login.returnTo },
    action: urls.secondFactorPath,
    clientName: waiting?.client.name,
    mayRemember: !isDemanded,
    switchUrl: loginUrl(urls, login.returnTo, '&switch=1'),
    language: choosePageLanguage(request, waiting?.pending.request.uiLocales),
    theme,
  })
  return reply.headers(pageHeaders(theme, formTargets(waiting), passkeyOptions && passkeyScript.source)).send(page)
}

/** What the account's passkeys are asked, as JSON; absent where there can be none. */
async function askPasskey(
  { urls, database, clock, sealer }: SecondFactorDeps,
  begun: BegunLogin,
): Promise<string | undefined> {
  if (!urls.relyingParty) return undefined
  const passkeys = await listPasskeys(database.read, begun.login.accountId)
  const challenge = makeChallenge(sealer, scopeOf(begun), clock.now())
  const allowed = passkeys.filter(({ suspendedAt }) => suspendedAt === undefined)
  return renderRequestOptions(urls.relyingParty, challenge, allowed)
}

/** Nothing waits here: who is signed in goes on, for example after the back button; anybody else signs in anew. */
async function leadAway(
  { urls, database, clock, theme }: SecondFactorDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { returnTo }: WantedStep,
): Promise<FastifyReply> {
  const session = await findBrowserSession(database.read, urls, request, clock.now())
  if (session) return reply.header('cache-control', 'no-store').redirect(returnTo ?? urls.accountPath, 303)
  const language = choosePageLanguage(request)
  const page = renderEndedStepPage({ loginUrl: loginUrl(urls, returnTo), language, theme })
  return reply.status(400).headers(pageHeaders(theme)).send(page)
}

function loginUrl({ loginPath }: SecondFactorDeps['urls'], returnTo: string | undefined, more = ''): string {
  return `${loginPath}?return_to=${encodeURIComponent(returnTo ?? '')}${more}`
}
