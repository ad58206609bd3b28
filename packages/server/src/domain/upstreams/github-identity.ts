import { type Configuration, fetchProtectedResource } from 'openid-client'
import { githubEndpoints } from './github-endpoints.ts'
import type { Upstream, UpstreamIdentity } from './upstream.ts'
import type { UpstreamFailure } from './upstream-failure.ts'

/**
 * Who GitHub says that the access token is of. Its number is the subject: a login can be given up, and taken by somebody else.
 *
 * @see https://docs.github.com/rest/users/users#get-the-authenticated-user
 */
export async function fetchGithubIdentity(
  configuration: Configuration,
  upstream: Upstream,
  accessToken: string,
): Promise<{ readonly ok: true; readonly identity: UpstreamIdentity } | UpstreamFailure> {
  const { user, emails } = githubEndpoints(upstream.issuer)
  const ask = (url: string) => fetchJson(configuration, accessToken, url)
  const answered = await ask(user)
  if (answered.status !== 200) return failOf('user', answered.status)
  const { id, login } = readMembers(answered.body)
  if (!Number.isSafeInteger(id)) return { ok: false, reason: 'invalid_answer', sentence: 'the user has no id' }
  const listed = await ask(emails)
  // An app of GitHub without the permission for addresses: the person is known nonetheless.
  const isKept = listed.status === 403 || listed.status === 404
  if (listed.status !== 200 && !isKept) return failOf('user/emails', listed.status)
  const identity: UpstreamIdentity = {
    issuer: upstream.issuer,
    subject: String(id),
    verifiedEmail: upstream.isEmailTrusted && !isKept ? findPrimaryEmail(listed.body) : undefined,
    preferredUsername: typeof login === 'string' ? login : undefined,
    authenticatedAt: undefined,
  }
  return { ok: true, identity }
}

async function fetchJson(
  configuration: Configuration,
  accessToken: string,
  url: string,
): Promise<{ readonly status: number; readonly body: unknown }> {
  const headers = new Headers({ accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' })
  const answer = await fetchProtectedResource(configuration, accessToken, new URL(url), 'GET', undefined, headers)
  return { status: answer.status, body: readJson(await answer.text()) }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The one that is primary, and verified; the public one of the profile may be neither. */
function findPrimaryEmail(body: unknown): string | undefined {
  const entries = Array.isArray(body) ? body.map(readMembers) : []
  const { email } = entries.find(({ primary, verified }) => primary === true && verified === true) ?? {}
  return typeof email === 'string' ? email : undefined
}

function readMembers(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}

function failOf(endpoint: string, status: number): UpstreamFailure {
  const reason = status >= 500 || status === 429 ? 'unavailable' : 'invalid_answer'
  return { ok: false, reason, sentence: `the status of ${endpoint} is ${status}` }
}
