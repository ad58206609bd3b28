import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Email, parseEmail } from '../../domain/accounts/parse-email.ts'
import { parseOwnUsername } from '../../domain/accounts/parse-own-username.ts'
import type { Username } from '../../domain/accounts/parse-username.ts'
import { LOGIN_CLIENT_ID } from '../../domain/clients/login-client.ts'
import type { PasswordHash } from '../../domain/credentials/password-hash.ts'
import { admitVouchedLogin } from '../../domain/login/admit-vouched-login.ts'
import type { LoginDeps } from '../../domain/login/login-deps.ts'
import { type AdmittedSetupCode, admitSetupCode } from '../../domain/setup/admit-setup-code.ts'
import { isSetUp } from '../../domain/setup/is-set-up.ts'
import { type MadeAdministrator, makeFirstAdministrator } from '../../domain/setup/make-first-administrator.ts'
import { parseNetwork } from '../../domain/throttle/parse-network.ts'
import type { Clock } from '../../platform/clock/clock.ts'
import type { Database } from '../../platform/database/database.ts'
import type { Language } from '../../platform/html/language.ts'
import { pageHeaders } from '../../platform/html/page-headers.ts'
import { relativeTime } from '../../platform/html/relative-time.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'
import type { Theme } from '../../platform/html/theme.ts'
import { notFound } from '../../platform/http/answer-problems.ts'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { refuseCrossOrigin } from '../../platform/http/refuse-cross-origin.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'
import { abortWhenGone } from '../abort-when-gone.ts'
import { choosePageLanguage } from '../choose-page-language.ts'
import { type FinishedStep, finishLoginStep } from '../finish-login-step.ts'
import { hashNewPassword, type RefusedPassword } from '../hash-new-password.ts'
import type { IssuerUrls } from '../issuer-urls.ts'
import { type SetupBody, setupBodySchema } from './parse-request.ts'
import { renderSetupPage, type SetupField, type SetupPage } from './setup-page.ts'

export interface SetupDeps extends LoginDeps {
  readonly urls: IssuerUrls
  readonly database: Database
  readonly clock: Clock
  readonly sealer: Sealer
  readonly theme: Theme
}

const ADVICE = 'Open the page here and begin there.'

/** Serves the page of the first run; where there is an administrator, nothing. */
export function setupEndpoint(server: HttpServer, deps: SetupDeps): void {
  const { urls, database } = deps
  server.get(urls.setupPath, async (request, reply) => {
    if (await isSetUp(database.read)) throw notFound()
    return showForm(deps, request, reply)
  })
  type Taking = FastifyRequest<{ Body: SetupBody }>
  const taking = { config: { importance: 'hashing' }, schema: { body: setupBodySchema } } as const
  server.post(urls.setupPath, taking, async (request: Taking, reply: FastifyReply) => {
    refuseCrossOrigin(request, urls.origin, ADVICE)
    return takeForm(deps, request, reply)
  })
}

type Refusal = Exclude<AdmittedSetupCode, { ok: true }> | Exclude<MadeAdministrator, { ok: true }> | Refused

/** Where the form is shown again. */
type Refused =
  | { readonly reason: 'wrong_code' | 'username_taken' | 'email_taken' | 'not_an_email' }
  | { readonly reason: 'throttled'; readonly retryAfterSeconds: number }
  | { readonly reason: 'refused_username'; readonly why: Exclude<ReturnType<typeof parseOwnUsername>, { ok: true }> }
  | { readonly reason: 'refused_password'; readonly why: RefusedPassword }

async function takeForm(
  deps: SetupDeps,
  request: FastifyRequest<{ Body: SetupBody }>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { code, password } = request.body
  const refuse = (refusal: Refusal) => {
    if (refusal.reason === 'set_up') throw notFound()
    return showForm(deps, request, reply, refusal)
  }
  if (await isSetUp(deps.database.read)) throw notFound()
  // Before anything else is looked at, and before a password is hashed, which costs.
  const admitted = await deps.database.write((tx) => admitSetupCode(tx, { typed: code, address: request.ip }))
  if (!admitted.ok) return refuse(admitted)
  const email = parseEmail(request.body.email.trim())
  if (!email.ok) return refuse(email)
  const name = parseOwnUsername(request.body.username, email.email.text)
  if (!name.ok) return refuse({ reason: 'refused_username', why: name })
  const context = { username: name.username.text, email: email.email.text, issuerHost: deps.urls.host }
  const hashed = await hashNewPassword(deps, password, { context, signal: abortWhenGone(reply) })
  if (!hashed.ok) return refuse({ reason: 'refused_password', why: hashed })
  const person = { username: name.username, email: email.email, hash: hashed.hash }
  const made = await makeAndSignIn(deps, request, person)
  if (!made.ok) return refuse(made)
  const { setCookies, location } = made.step
  return reply.header('cache-control', 'no-store').header('set-cookie', setCookies).redirect(location, 303)
}

/** In one transaction: an administrator who could not sign in would lock the door behind them. */
async function makeAndSignIn(
  deps: SetupDeps,
  request: FastifyRequest<{ Body: SetupBody }>,
  person: { readonly username: Username; readonly email: Email; readonly hash: PasswordHash },
): Promise<{ readonly ok: true; readonly step: FinishedStep } | Exclude<MadeAdministrator, { ok: true }>> {
  const network = parseNetwork(request.ip)
  return deps.database.write(async (tx) => {
    const made = await makeFirstAdministrator(tx, { ...person, typed: request.body.code, network })
    if (!made.ok) return made
    const accountId = made.account.id
    await admitVouchedLogin(tx, { accountId, clientId: LOGIN_CLIENT_ID, network, voucher: { by: 'setup' } })
    const who = { accountId, network, methods: ['pwd'] }
    return { ok: true, step: await finishLoginStep(tx, deps, request, { who, returnTo: deps.urls.consolePath }) }
  })
}

function showForm(deps: SetupDeps, request: FastifyRequest, reply: FastifyReply, refused?: Refused): FastifyReply {
  const { urls, theme } = deps
  const language = choosePageLanguage(request)
  const problem = refused && describe(refused, language)
  if (refused) reply.status(statusOf(refused))
  const wait = retryAfterOf(refused)
  if (wait !== undefined) reply.header('retry-after', wait)
  const typed = refused && (request.body as SetupBody)
  const page = renderSetupPage({ action: urls.setupPath, typed, problem, language, theme })
  return reply.headers(pageHeaders(theme)).send(page)
}

function statusOf(refused: Refused): number {
  if (refused.reason === 'throttled') return 429
  return refused.reason === 'refused_password' && refused.why.reason === 'busy' ? 503 : 400
}

function retryAfterOf(refused: Refused | undefined): number | undefined {
  if (refused?.reason === 'throttled') return refused.retryAfterSeconds
  const isBusy = refused?.reason === 'refused_password' && refused.why.reason === 'busy'
  return isBusy && 'retryAfterSeconds' in refused.why ? refused.why.retryAfterSeconds : undefined
}

/** Whoever has the code may know which names are taken. */
function describe(refused: Refused, language: Language): NonNullable<SetupPage['problem']> {
  const { setup, names, passwords, login, signUp } = stringsIn(language)
  const told = (about: SetupField, sentence: string) => ({ about, sentence })
  switch (refused.reason) {
    case 'wrong_code':
      return told('code', setup.wrongCode)
    case 'throttled':
      return told('code', login.throttledUntil(relativeTime(refused.retryAfterSeconds, language)))
    case 'not_an_email':
      return told('email', signUp.incomplete)
    case 'email_taken':
      return told('email', setup.emailTaken)
    case 'username_taken':
      return told('username', names.taken)
    case 'refused_username':
      return told('username', names[refused.why.reason])
    case 'refused_password':
      return told('password', refused.why.reason === 'busy' ? login.busy : passwords.faults[refused.why.reason])
  }
}
