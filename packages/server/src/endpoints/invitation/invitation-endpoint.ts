import type { FastifyReply, FastifyRequest } from 'fastify'
import { type TSchema, Type } from 'typebox'
import { getAccount } from '../../domain/accounts/get-account.ts'
import { acceptInvitation, closeInvitation } from '../../domain/invitations/answer-invitation.ts'
import { findInvitation, type OpenInvitation } from '../../domain/invitations/find-invitation.ts'
import { listOrganizationRoles } from '../../domain/memberships/organization-roles.ts'
import { OWNER_ROLE } from '../../domain/roles/role.ts'
import type { Clock } from '../../platform/clock/clock.ts'
import type { Database } from '../../platform/database/database.ts'
import { pageHeaders } from '../../platform/html/page-headers.ts'
import { stringsIn } from '../../platform/html/strings/strings.ts'
import type { Theme } from '../../platform/html/theme.ts'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { refuseCrossOrigin } from '../../platform/http/refuse-cross-origin.ts'
import { findBrowserSession, lockBrowserSession } from '../browser-session.ts'
import { choosePageLanguage } from '../choose-page-language.ts'
import type { IssuerUrls } from '../issuer-urls.ts'
import { parameterText } from '../parameter-text.ts'
import { renderInvitationNoticePage, renderInvitationPage } from './invitation-page.ts'

export interface InvitationEndpointDeps {
  readonly urls: IssuerUrls
  readonly database: Database
  readonly clock: Clock
  readonly theme: Theme
  /** Whether anybody may open an account. */
  readonly signUpIsOpen: boolean
}

interface InvitationQuery {
  readonly secret?: string
}

interface InvitationBody {
  readonly secret: string
  /** To whom the page was shown; absent: to somebody who was not signed in. */
  readonly account?: string
  readonly answer: string
}

const querySchema: TSchema = Type.Object({ secret: Type.Optional(parameterText(128)) })
const bodySchema: TSchema = Type.Object({
  secret: parameterText(128),
  account: Type.Optional(parameterText(64)),
  answer: Type.String({ pattern: '^(accept|decline)$' }),
})

/** Serves where the link of an invitation leads. To look at it changes nothing: programs that read mails open links too. */
export function invitationEndpoint(server: HttpServer, deps: InvitationEndpointDeps): void {
  const { urls, database, clock } = deps
  server.get<{ Querystring: InvitationQuery }>(
    urls.invitationPath,
    { schema: { querystring: querySchema } },
    async (request, reply) => {
      const { secret = '' } = request.query
      const open = await findInvitation(database.read, secret, clock.now())
      return open ? showInvitation(deps, request, reply, { ...open, secret }) : sendNotice(deps, request, reply, 'gone')
    },
  )
  server.post<{ Body: InvitationBody }>(
    urls.invitationPath,
    { schema: { body: bodySchema } },
    async (request, reply) => {
      refuseCrossOrigin(request, urls.origin, 'Open the link of the mail once more and answer there.')
      return request.body.answer === 'accept' ? accept(deps, request, reply) : decline(deps, request, reply)
    },
  )
}

async function accept(
  deps: InvitationEndpointDeps,
  request: FastifyRequest<{ Body: InvitationBody }>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { urls, database } = deps
  const { secret, account } = request.body
  const outcome = await database.write(async (tx) => {
    const session = await lockBrowserSession(tx, urls, request)
    const open = await findInvitation(tx.sql, secret, tx.now)
    if (!open) return 'gone'
    // Somebody else has signed in since the page was shown: they decide for themselves.
    if (!session || session.accountId !== account) return open
    return (await acceptInvitation(tx, open.invitation, session.accountId)) ? 'accepted' : 'gone'
  })
  if (outcome === 'gone') return sendNotice(deps, request, reply, 'gone')
  if (outcome !== 'accepted') return showInvitation(deps, request, reply, { ...outcome, secret })
  return reply.header('cache-control', 'no-store').redirect(urls.accountOrganizationsPath, 303)
}

/** Who has the link may decline without an account. */
async function decline(
  deps: InvitationEndpointDeps,
  request: FastifyRequest<{ Body: InvitationBody }>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const isDeclined = await deps.database.write(async (tx) => {
    const open = await findInvitation(tx.sql, request.body.secret, tx.now)
    return open !== undefined && closeInvitation(tx, open.invitation, 'invitation.declined', 'anonymous')
  })
  return sendNotice(deps, request, reply, isDeclined ? 'declined' : 'gone')
}

async function showInvitation(
  { urls, database, clock, theme, signUpIsOpen }: InvitationEndpointDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { invitation, organization, secret }: OpenInvitation & { readonly secret: string },
): Promise<FastifyReply> {
  const session = await findBrowserSession(database.read, urls, request, clock.now())
  const account = session && (await getAccount(database.read, session.accountId))
  const language = choosePageLanguage(request)
  const known = await listOrganizationRoles(database.read)
  const { roles } = stringsIn(language).organizations
  const describe = (name: string) =>
    name === OWNER_ROLE ? roles.owner : (known.find((role) => role.name === name)?.description ?? name)
  const returnTo = encodeURIComponent(`${urls.invitationPath}?secret=${secret}`)
  const page = renderInvitationPage({
    ...{ organization: organization.name, roles: invitation.roles.map(describe), secret, account },
    action: urls.invitationPath,
    loginUrl: `${urls.loginPath}?${account ? 'switch=1&' : ''}return_to=${returnTo}`,
    signUpUrl: signUpIsOpen ? `${urls.signUpPath}?return_to=${returnTo}` : undefined,
    language,
    theme,
  })
  return reply.headers(pageHeaders(theme)).send(page)
}

function sendNotice(
  { theme }: InvitationEndpointDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  notice: 'gone' | 'declined',
): FastifyReply {
  const language = choosePageLanguage(request)
  reply.status(notice === 'gone' ? 404 : 200).headers(pageHeaders(theme))
  return reply.send(renderInvitationNoticePage({ notice, language, theme }))
}
