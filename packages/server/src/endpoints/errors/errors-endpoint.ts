import { pageHeaders } from '../../platform/html/page-headers.ts'
import type { Theme } from '../../platform/html/theme.ts'
import type { HttpServer } from '../../platform/http/create-http-server.ts'
import { Problem } from '../../platform/http/problem.ts'
import type { IssuerUrls } from '../issuer-urls.ts'
import { type OauthErrorMeaning, oauthErrorCodes } from '../oauth-error-codes.ts'
import { problemCodes } from '../problem-codes.ts'
import { renderErrorCodePage } from './error-code-page.ts'

/** Serves what each error code means: where `error_uri` (RFC 6749 §5.2) and the type of a problem (RFC 9457 §3.1.1) lead. */
export function errorsEndpoint(server: HttpServer, { urls, theme }: { urls: IssuerUrls; theme: Theme }): void {
  server.get<{ Params: { code: string } }>(`${urls.errorsPath}/:code`, (request, reply) => {
    const { code } = request.params
    const oauth: Readonly<Record<string, OauthErrorMeaning>> = oauthErrorCodes
    const [status, problem] = (Object.hasOwn(problemCodes, code) && problemCodes[code]) || []
    const oauthMeaning = Object.hasOwn(oauth, code) ? oauth[code] : undefined
    if (oauthMeaning === undefined && problem === undefined) {
      throw new Problem({ status: 404, code: 'not_found', detail: 'No error of this server has that code.' })
    }
    return reply
      .headers(pageHeaders(theme))
      .header('cache-control', 'public, max-age=3600')
      .send(renderErrorCodePage({ code, oauth: oauthMeaning, problem, status, theme }))
  })
}
