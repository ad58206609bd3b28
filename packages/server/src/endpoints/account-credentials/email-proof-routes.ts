import type { FastifyReply, FastifyRequest } from 'fastify'
import { takeEmail } from '../../domain/account-acts/take-email.ts'
import { getAccount } from '../../domain/accounts/get-account.ts'
import { type FoundChallenge, findChallenge } from '../../domain/email-challenges/find-challenge.ts'
import { pageHeaders } from '../../platform/html/page-headers.ts'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { refuseCrossOrigin } from '../../platform/http/refuse-cross-origin.ts'
import { wantsPage } from '../../platform/http/wants-page.ts'
import { answerLinkOver } from '../answer-link-over.ts'
import { choosePageLanguage } from '../choose-page-language.ts'
import { describeDoer } from '../describe-doer.ts'
import type { EmailFlowDeps } from '../email-flow-deps.ts'
import { noticeDeps } from '../notice-deps.ts'
import { type LinkQuery, linkQuerySchema } from '../parse-code-request.ts'
import { renderEmailProofPage, renderProvedEmailPage } from './email-proof-pages.ts'
import { type EmailProofBody, emailProofBodySchema } from './parse-request.ts'

/** Serves what the link of a mail opens, in any browser: whose the address is to be, and the button that says so. */
export function emailProofRoutes(server: HttpServer, deps: EmailFlowDeps): void {
  const { urls, database, theme } = deps
  type Opening = FastifyRequest<{ Querystring: LinkQuery }>
  const opening = { schema: { querystring: linkQuerySchema } }
  server.get(urls.accountEmailProofPath, opening, async (request: Opening, reply) => {
    const { secret } = request.query
    const found = await find(deps, secret)
    if (found.state !== 'open') return showOver(deps, request, reply, found.state)
    const language = choosePageLanguage(request)
    const { accountId = '', payload } = found.challenge
    // Somebody else's account may ask for the reader's address: they see whose it is.
    const { username } = await getAccount(database.read, accountId)
    const shown = { action: urls.accountEmailProofPath, secret, email: payload.email, username }
    const page = renderEmailProofPage({ ...shown, language, theme })
    return reply.headers(pageHeaders(theme)).send(page)
  })
  type Proving = FastifyRequest<{ Body: EmailProofBody }>
  const proving = { schema: { body: emailProofBodySchema } }
  server.post(urls.accountEmailProofPath, proving, async (request: Proving, reply) => {
    refuseCrossOrigin(request, urls.origin, 'Open the link of the mail and press the button there.')
    const found = await find(deps, request.body.secret)
    if (found.state !== 'open') return showOver(deps, request, reply, found.state)
    const { challenge } = found
    const language = choosePageLanguage(request)
    const doer = describeDoer(request)
    if (!(await database.write((tx) => takeEmail(tx, noticeDeps(deps), { challenge, doer }))))
      return showOver(deps, request, reply, 'over')
    reply.header('cache-control', 'no-store')
    if (!wantsPage(request)) return reply.status(204).send()
    const page = renderProvedEmailPage({ accountPath: urls.accountSecurityPath, language, theme })
    return reply.headers(pageHeaders(theme)).send(page)
  })
}

function find({ database, sealer, clock }: EmailFlowDeps, secret: string): Promise<FoundChallenge> {
  const purposes = ['change_email', 'verify_email'] as const
  return findChallenge(database.read, sealer, { secret, purposes, now: clock.now() })
}

function showOver(
  deps: EmailFlowDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  state: Exclude<FoundChallenge['state'], 'open'>,
): FastifyReply {
  return answerLinkOver(deps, request, reply, { state, againPath: deps.urls.accountSecurityPath })
}
