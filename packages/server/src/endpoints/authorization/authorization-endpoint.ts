import type { FastifyReply, FastifyRequest } from 'fastify'
import type { AuthorizationRequest, PendingRequest } from '../../domain/authorizations/authorization-request.ts'
import { chooseOrganization, keepRequest } from '../../domain/authorizations/pending-requests.ts'
import { isPushedRequestUri } from '../../domain/authorizations/pushed-requests.ts'
import type { ClientDocuments } from '../../domain/client-documents/client-documents.ts'
import type { Client } from '../../domain/clients/client.ts'
import { findConsentedScopes } from '../../domain/consents/consents.ts'
import type { KeyRing } from '../../domain/keys/key-ring.ts'
import { findActingOrganization } from '../../domain/memberships/acting-organization.ts'
import { rememberOrganization } from '../../domain/sessions/remember-organization.ts'
import type { Session } from '../../domain/sessions/session.ts'
import type { Clock } from '../../platform/clock/clock.ts'
import type { Database } from '../../platform/database/database.ts'
import type { Theme } from '../../platform/html/theme.ts'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { Problem } from '../../platform/http/problem.ts'
import { refuseCrossOrigin } from '../../platform/http/refuse-cross-origin.ts'
import { stepUrl } from '../begun-login.ts'
import { findBrowserSession } from '../browser-session.ts'
import { findDemand } from '../find-demand.ts'
import { readFrontChannelParameters } from '../front-channel-parameters.ts'
import type { IssuerUrls } from '../issuer-urls.ts'
import { needsStep } from '../needs-step.ts'
import type { OauthErrorCode } from '../oauth-error-codes.ts'
import {
  findPendingAuthorization,
  isFreshEnough,
  type PendingAuthorization,
  resumeUrl,
} from '../pending-authorization.ts'
import { withReturnTo } from '../with-return-to.ts'
import { addressClient } from './address-client.ts'
import { answerClient } from './answer-client.ts'
import { type AskedPerson, showConsent, showNoOrganization, showOrganizationChoice } from './ask-person.ts'
import { answeredBefore, denyRequest, grantRequest } from './decide-request.ts'
import { findPushedRequest } from './find-pushed-request.ts'
import { parseAuthorization } from './parse-request.ts'
import { type SettledOrganization, settleOrganization } from './settle-organization.ts'

export interface AuthorizationEndpointDeps {
  readonly urls: IssuerUrls
  readonly issuer: string
  readonly database: Database
  readonly clock: Clock
  readonly keyRing: KeyRing
  readonly clients: ClientDocuments
  readonly theme: Theme
}

/** Serves the authorization endpoint, and where a person comes back to after signing in and after deciding. */
export function authorizationEndpoint(server: HttpServer, deps: AuthorizationEndpointDeps): void {
  const { urls } = deps
  server.get(urls.authorizationPath, (request, reply) => startAuthorization(deps, request, reply))
  server.post(urls.authorizationPath, (request, reply) => startAuthorization(deps, request, reply))
  server.get(urls.authorizationResumePath, async (request, reply) =>
    goOn(deps, request, reply, await getPending(deps, request.url)),
  )
  server.post(urls.consentPath, (request, reply) => takeDecision(deps, request, reply))
  server.post(urls.organizationChoicePath, (request, reply) => takeOrganization(deps, request, reply))
}

async function startAuthorization(
  deps: AuthorizationEndpointDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const parameters = readFrontChannelParameters(request)
  const requestUri = parameters.values.request_uri
  if (isPushedRequestUri(requestUri)) {
    return begin(deps, request, reply, await findPushedRequest(deps, parameters, requestUri))
  }
  const addressed = await addressClient(deps.clients, parameters)
  // RFC 9126 §6: such a client has no other way in.
  const parsed = addressed.client.isPushRequired ? mustPush : await parseAuthorization(deps, addressed, parameters)
  if (!parsed.ok) {
    const { state, response_mode, ui_locales: uiLocales } = parameters.values
    const responseMode = response_mode === 'form_post' ? 'form_post' : 'query'
    return answerError(deps, reply, { ...addressed, responseMode, state, uiLocales }, parsed.error)
  }
  const pending = await deps.database.write((tx) => keepRequest(tx, parsed.request))
  return begin(deps, request, reply, { pending, client: addressed.client })
}

const mustPush = {
  ok: false,
  error: { error: 'invalid_request', description: 'The client must push its authorization requests (RFC 9126).' },
} as const

async function begin(
  deps: AuthorizationEndpointDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  asked: PendingAuthorization,
): Promise<FastifyReply> {
  // A form that another site posts comes without our cookie; the redirect brings it along (RFC 6265bis §5.2).
  if (request.method === 'POST') return leadTo(reply, resumeUrl(deps.urls, asked.pending))
  return goOn(deps, request, reply, asked)
}

/** To a page of this server, for this one request: nobody on the way keeps where it leads. */
function leadTo(reply: FastifyReply, path: string): FastifyReply {
  return reply.header('cache-control', 'no-store').redirect(path, 303)
}

/** The next thing to do for a request: sign in, decide, or nothing more. */
async function goOn(
  deps: AuthorizationEndpointDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { pending, client }: PendingAuthorization,
): Promise<FastifyReply> {
  const { urls, database, clock } = deps
  const now = clock.now()
  const session = await findBrowserSession(database.read, urls, request, now)
  const isSilent = pending.request.prompt.includes('none')
  if (!session || !isFreshEnough(pending, session, now)) {
    if (isSilent) return answerError(deps, reply, pending.request, loginRequired)
    return leadTo(reply, withReturnTo(urls.loginPath, resumeUrl(urls, pending)))
  }
  if (await needsStepFor(deps, session, pending)) {
    if (isSilent) return answerError(deps, reply, pending.request, stepRequired)
    return leadTo(reply, stepUrl(urls.secondFactorPath, { isStepUp: true, returnTo: resumeUrl(urls, pending) }))
  }
  const settled = await settleOrganization(database.read, pending, session)
  if (settled.kind !== 'settled') return askUnsettled(deps, request, reply, { pending, client, session }, settled)
  const { organization } = settled
  if (await needsDecision(deps, { client, session, organizationId: organization?.id }, pending.request)) {
    if (isSilent) return answerError(deps, reply, pending.request, consentRequired)
    return showConsent(deps, request, reply, { pending, client, session, organization })
  }
  return grantRequest(deps, request, reply, { pending, session, organizationId: organization?.id, isDecided: false })
}

/** No organization can be told yet, or none can be at all. */
async function askUnsettled(
  deps: AuthorizationEndpointDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  asked: AskedPerson,
  settled: Exclude<SettledOrganization, { kind: 'settled' }>,
): Promise<FastifyReply> {
  const isRefused = settled.kind === 'refused'
  if (asked.pending.request.prompt.includes('none'))
    return answerError(deps, reply, asked.pending.request, isRefused ? noMember : interactionRequired)
  return isRefused
    ? showNoOrganization(deps, request, reply, { ...asked, reason: settled.reason })
    : showOrganizationChoice(deps, request, reply, { ...asked, ...settled })
}

const loginRequired = { error: 'login_required', description: 'Nobody is signed in, or not lately enough.' } as const
/** OpenID Connect Core §3.1.2.6: the same answer, since a further step of signing in is missing. */
const stepRequired = { error: 'login_required', description: 'The person has not proved a second factor.' } as const
const noMember = {
  error: 'access_denied',
  description: 'The person does not belong to such an organization.',
} as const
const interactionRequired = {
  error: 'interaction_required',
  description: 'The person has to choose an organization.',
} as const
const consentRequired = { error: 'consent_required', description: 'The person has not agreed to this yet.' } as const

/** Whether a session that is fresh enough must prove more for this request. */
async function needsStepFor(
  { urls, database, clock }: AuthorizationEndpointDeps,
  session: Session,
  pending: PendingRequest,
): Promise<boolean> {
  const returnTo = resumeUrl(urls, pending)
  const { accountId } = session
  const demanded = await findDemand(database.read, urls, { accountId, returnTo, now: clock.now() })
  return needsStep(database.read, session, demanded)
}

/** Whether the person must be asked: a stranger's app with more than was agreed to, or an app that wants them asked. */
async function needsDecision(
  { database }: AuthorizationEndpointDeps,
  {
    client,
    session: { accountId },
    organizationId,
  }: { readonly client: Client; readonly session: Session; readonly organizationId: string | undefined },
  { prompt, audience, scopes }: AuthorizationRequest,
): Promise<boolean> {
  if (prompt.includes('consent') || prompt.includes('select_account')) return true
  if (client.isFirstParty) return false
  const agreed = await findConsentedScopes(database.read, {
    ...{ accountId, clientId: client.id, audience, organizationId },
  })
  return agreed.length === 0 || !scopes.every((scope) => agreed.includes(scope))
}

async function takeDecision(
  deps: AuthorizationEndpointDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { urls, database, clock } = deps
  refuseCrossOrigin(request, urls.origin, 'Go back to the app and start again there.')
  const { values } = readFrontChannelParameters(request)
  const query = new URLSearchParams({ request: values.request ?? '' })
  const { pending, client } = await getPending(deps, `${urls.authorizationResumePath}?${query}`)
  const now = clock.now()
  const session = await findBrowserSession(database.read, urls, request, now)
  // Somebody else has signed in since the page was shown: they decide for themselves.
  const isTheirs = session?.accountId === values.account && session && isFreshEnough(pending, session, now)
  if (!isTheirs || (await needsStepFor(deps, session, pending)) || !['allow', 'deny'].includes(values.decision ?? ''))
    return goOn(deps, request, reply, { pending, client })
  if (values.decision === 'deny') return denyRequest(deps, reply, { pending, session })
  const settled = await settleOrganization(database.read, pending, session)
  // They agreed to what the page said, which may not be true any more.
  if (settled.kind !== 'settled' || settled.organization?.id !== values.organization)
    return goOn(deps, request, reply, { pending, client })
  const organizationId = settled.organization?.id
  return grantRequest(deps, request, reply, { pending, session, organizationId, isDecided: true })
}

async function takeOrganization(
  deps: AuthorizationEndpointDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { urls, database, clock } = deps
  refuseCrossOrigin(request, urls.origin, 'Go back to the app and start again there.')
  const { values } = readFrontChannelParameters(request)
  const query = new URLSearchParams({ request: values.request ?? '' })
  const { pending, client } = await getPending(deps, `${urls.authorizationResumePath}?${query}`)
  const session = await findBrowserSession(database.read, urls, request, clock.now())
  if (!session || session.accountId !== values.account) return goOn(deps, request, reply, { pending, client })
  if (values.decision === 'deny') return denyRequest(deps, reply, { pending, session })
  const chosen = await findActingOrganization(database.read, session.accountId, values.organization ?? '')
  if (chosen) {
    await database.write(async (tx) => {
      await chooseOrganization(tx, pending.id, chosen.id)
      await rememberOrganization(tx, session, chosen.id)
    })
  }
  return leadTo(reply, resumeUrl(urls, pending))
}

/** @throws Problem 400 `request_expired`, `request_answered` */
async function getPending(
  { urls, database, clock }: AuthorizationEndpointDeps,
  url: string,
): Promise<PendingAuthorization> {
  const found = await findPendingAuthorization(database.read, urls, url, clock.now())
  if (!found) {
    const detail = 'This sign-in has expired. Go back to the app and start again there.'
    throw new Problem({ status: 400, code: 'request_expired', detail })
  }
  if (found.pending.isAnswered) throw answeredBefore()
  return found
}

function answerError(
  deps: AuthorizationEndpointDeps,
  reply: FastifyReply,
  address: Parameters<typeof answerClient>[2],
  { error, description }: { readonly error: OauthErrorCode; readonly description: string },
): FastifyReply {
  // RFC 6749 §4.1.2.1: no quotes and no backslashes in a description.
  return answerClient(reply, deps, address, { error, error_description: description.replaceAll(/["\\]/g, "'") })
}
