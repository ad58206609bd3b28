import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { upstreamClient } from './scripted-upstream.ts'

/** What a test lets GitHub say: a body for each, or a status without one. */
export interface GithubAnswers {
  readonly token?: object
  readonly user: object | number
  readonly emails?: readonly object[] | number
}

/** A server that answers as GitHub's documentation says that it does. */
export interface ScriptedGithub extends AsyncDisposable {
  readonly issuer: string
  /** How often its token endpoint was asked. */
  readonly exchanges: () => number
  /** Lets a code be redeemed by whoever knows the verifier of this challenge. */
  readonly give: (code: string, asked: URL, answers: GithubAnswers) => void
}

/** Starts one on loopback, where an Enterprise Server has its paths. */
export async function startScriptedGithub(): Promise<ScriptedGithub> {
  const codes = new Map<string, { readonly challenge: string; readonly answers: GithubAnswers }>()
  const tokens = new Map<string, GithubAnswers>()
  let exchanges = 0
  /** An error has the status 200 there: https://docs.github.com/apps/oauth-apps/maintaining-oauth-apps/troubleshooting-oauth-app-access-token-request-errors */
  const redeem = async (request: IncomingMessage): Promise<object> => {
    exchanges += 1
    const form = new URLSearchParams(await text(request))
    const code = form.get('code') ?? ''
    const given = codes.get(code)
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url')
    if (form.get('client_secret') !== upstreamClient.clientSecret) return { error: 'incorrect_client_credentials' }
    if (!given || given.challenge !== challenge) return { error: 'bad_verification_code' }
    tokens.set(`token-of-${code}`, given.answers)
    codes.delete(code)
    const right = { access_token: `token-of-${code}`, token_type: 'bearer', scope: 'read:user,user:email' }
    return given.answers.token ?? right
  }
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://127.0.0.1')
    const answer = (body: object | number) =>
      response
        .writeHead(typeof body === 'number' ? body : 200, { 'content-type': 'application/json; charset=utf-8' })
        .end(typeof body === 'number' ? '{"message":"no"}' : JSON.stringify(body))
    // Without it the answer is a form: it is what tells that JSON was asked for.
    if (!request.headers.accept?.includes('json') || !request.headers['user-agent']) return answer(406)
    if (pathname === '/login/oauth/access_token') return answer(await redeem(request))
    const answers = tokens.get(request.headers.authorization?.replace(/^bearer /i, '') ?? '')
    if (!answers) return response.writeHead(401, { 'www-authenticate': 'Bearer realm="api"' }).end()
    if (pathname === '/api/v3/user') return answer(answers.user)
    return answer(pathname === '/api/v3/user/emails' ? (answers.emails ?? []) : 404)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    issuer: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    exchanges: () => exchanges,
    give: (code, asked, answers) =>
      void codes.set(code, { challenge: asked.searchParams.get('code_challenge') ?? '', answers }),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
