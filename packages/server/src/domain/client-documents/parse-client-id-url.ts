/** As long as an id may be that stands in every session, token and consent of its client. */
const LONGEST_URL = 512
/** So that all of it can be shown beside the name. */
const LONGEST_HOST = 100

/**
 * A client id that is the URL of a metadata document: https, with a path, without user, fragment and dot segments, in its normal form.
 * Undefined for everything else.
 *
 * @see draft-ietf-oauth-client-id-metadata-document-02 §3
 */
export function parseClientIdUrl(clientId: string): URL | undefined {
  if (!/^https:\/\/[\x21-\x7e]+$/.test(clientId) || clientId.length > LONGEST_URL || !URL.canParse(clientId))
    return undefined
  const url = new URL(clientId)
  const isNormal = url.href === clientId && !clientId.includes('#')
  const isHostShown = url.host.length <= LONGEST_HOST && !url.hostname.endsWith('.')
  return isNormal && isHostShown && url.pathname !== '/' && url.username === '' && url.password === '' ? url : undefined
}

/** Whether a client id claims to be the URL of a document: our own ids never do. */
export function looksLikeUrl(clientId: string): boolean {
  return /^https?:/i.test(clientId)
}

/** Whether a setting lets this host describe clients: `*` is any, `*.example.com` any below it. */
export function isHostAllowed(patterns: readonly string[], host: string): boolean {
  return patterns.some((pattern) =>
    pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : pattern === '*' || pattern === host,
  )
}
