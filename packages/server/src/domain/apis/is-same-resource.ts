/**
 * Whether what a client names as `resource` is this audience: the same text, or an http(s) URI that means the same (RFC 3986 §6.2.2.1, §6.2.3), since clients that parse it write
 * `https://API.example` as `https://api.example/`. Tokens carry the audience as it was registered.
 */
export function isSameResource(named: string, audience: string | undefined): boolean {
  if (named === audience) return true
  const meant = normalize(named)
  return meant !== undefined && audience !== undefined && meant === normalize(audience)
}

/** Undefined for what is no http(s) URI: of other schemes nobody knows which texts mean the same. */
function normalize(uri: string): string | undefined {
  const url = URL.parse(uri)
  return url && /^https?:$/.test(url.protocol) ? url.href : undefined
}
