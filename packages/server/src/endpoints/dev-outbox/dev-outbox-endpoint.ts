import type { FastifyRequest } from 'fastify'
import { findMail, listMails } from '../../domain/mails/list-mails.ts'
import { renderMail } from '../../domain/mails/render-mail.ts'
import type { OutboxMail } from '../../domain/mails/sealed-mail.ts'
import type { Clock } from '../../platform/clock/clock.ts'
import type { Database } from '../../platform/database/database.ts'
import { pageHeaders } from '../../platform/html/page-headers.ts'
import type { Theme } from '../../platform/html/theme.ts'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { isLoopbackAddress, isLoopbackHost } from '../../platform/http/is-loopback-host.ts'
import { Problem } from '../../platform/http/problem.ts'
import type { Mailbox } from '../../platform/mail/mail-transport.ts'
import type { Sealer } from '../../platform/sealing/sealing.ts'
import type { IssuerUrls } from '../issuer-urls.ts'
import { renderOutboxMailPage, renderOutboxPage } from './outbox-pages.ts'

export interface DevOutboxDeps {
  readonly urls: IssuerUrls
  readonly theme: Theme
  readonly database: Database
  readonly clock: Clock
  readonly sealer: Sealer
  readonly from: Mailbox
}

type ById = { Params: { id: string } }

/** Serves the mails that would be sent, to this machine. */
export function devOutboxEndpoint(server: HttpServer, deps: DevOutboxDeps): void {
  const { urls, theme, database, clock, sealer, from } = deps
  const path = urls.devOutboxPath
  server.addHook('onRequest', async (request) => refuseStrangers(request, urls))

  server.get(path, async (_, reply) => {
    const mails = (await listMails(database.read, sealer)).map((mail) => ({ ...mail, ...render(mail, theme) }))
    return reply.headers(pageHeaders(theme)).send(renderOutboxPage({ mails, path, now: clock.now(), theme }))
  })

  server.get<ById>(`${path}/:id`, async (request, reply) => {
    const mail = await getMail(deps, request.params.id)
    const headers = pageHeaders(theme)
    const page = renderOutboxMailPage({
      mail: { ...mail, ...render(mail, theme) },
      from,
      path,
      now: clock.now(),
      theme,
    })
    return reply
      .headers({ ...headers, 'content-security-policy': `${headers['content-security-policy']}; frame-src 'self'` })
      .send(page)
  })

  server.get<ById>(`${path}/:id/html`, async (request, reply) => {
    const mail = await getMail(deps, request.params.id)
    return reply.headers(frameHeaders(theme)).send(render(mail, theme).html)
  })
}

function render(mail: OutboxMail, theme: Theme) {
  return renderMail(mail.mail, mail.language, theme)
}

async function getMail({ database, sealer }: DevOutboxDeps, id: string): Promise<OutboxMail> {
  const mail = await findMail(database.read, sealer, id)
  if (mail) return mail
  throw new Problem({ status: 404, code: 'not_found', detail: 'The outbox holds no such mail: it has expired.' })
}

/** Nobody else than this machine, by the issuer's own name: a name that somebody else points here is another origin (DNS rebinding). */
async function refuseStrangers(request: FastifyRequest, urls: IssuerUrls): Promise<void> {
  const isOwnName = request.headers.host === urls.host && isLoopbackHost(new URL(urls.issuer).hostname)
  if (isOwnName && isLoopbackAddress(request.socket.remoteAddress) && isLoopbackAddress(request.ip)) return
  throw new Problem({ status: 404, code: 'not_found', detail: 'There is nothing at this address.' })
}

/** A mail runs nothing and loads nothing, as in a program that reads mails; it is framed by the page that shows it. */
function frameHeaders(theme: Theme): Readonly<Record<string, string>> {
  const policy = [
    "default-src 'none'",
    // Mails have inline styles, as they must.
    "style-src 'unsafe-inline'",
    "form-action 'none'",
    "frame-ancestors 'self'",
    "base-uri 'none'",
    'sandbox allow-popups allow-popups-to-escape-sandbox',
  ].join('; ')
  return { ...pageHeaders(theme), 'content-security-policy': policy, 'x-frame-options': 'SAMEORIGIN' }
}
