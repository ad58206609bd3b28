export const GITHUB_ISSUER = 'https://github.com'

export interface GithubEndpoints {
  /** What it calls itself in `iss` (RFC 9207), where it sends one. */
  readonly issuer: string
  readonly authorization: string
  readonly token: string
  readonly user: string
  readonly emails: string
}

/**
 * Where GitHub is asked, and where an Enterprise Server is, which keeps its API beneath its own host.
 *
 * @see https://docs.github.com/enterprise-server/rest/using-the-rest-api/getting-started-with-the-rest-api
 */
export function githubEndpoints(issuer: string): GithubEndpoints {
  const at = (path: string) => new URL(path, issuer).href
  const api = issuer.replace(/\/$/, '') === GITHUB_ISSUER ? 'https://api.github.com' : at('/api/v3')
  return {
    issuer: at('/login/oauth'),
    authorization: at('/login/oauth/authorize'),
    token: at('/login/oauth/access_token'),
    user: `${api}/user`,
    // The primary one may be beyond the 30 of a page.
    emails: `${api}/user/emails?per_page=100`,
  }
}
