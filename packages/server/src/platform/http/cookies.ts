/** The value of the one cookie of this name; absent when there is none, or more than one (nobody can tell which is ours). */
export function findCookie(header: string | undefined, name: string): string | undefined {
  const values = (header ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1))
  return values.length === 1 ? values[0] : undefined
}

export interface CookieOptions {
  readonly secure: boolean
  /** Default Lax: links from other sites bring the cookie, their forms don't. */
  readonly sameSite?: 'Lax' | 'Strict'
  /** 0 removes the cookie. */
  readonly maxAgeSeconds: number
}

/** The Set-Cookie value of a cookie for this host alone: HttpOnly, SameSite, no Domain (RFC 6265bis §4.1.3). */
export function renderCookie(name: string, value: string, options: CookieOptions): string {
  const { secure, sameSite = 'Lax', maxAgeSeconds } = options
  return `${name}=${value}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=${sameSite}${secure ? '; Secure' : ''}`
}
