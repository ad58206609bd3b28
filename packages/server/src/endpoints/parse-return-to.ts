/**
 * Where a browser may go after its login: a path of this origin, in its normal form; absent when the text is anything else.
 * So no link to our login page can send a person elsewhere (RFC 9700 §4.11).
 */
export function parseReturnTo(returnTo: string | undefined, origin: string): string | undefined {
  if (!returnTo?.startsWith('/') || !URL.canParse(returnTo, origin)) return undefined
  const url = new URL(returnTo, origin)
  // "//elsewhere" and "/\elsewhere" begin with a slash too, and parse to another origin; so may a dot segment's remainder.
  const path = `${url.pathname}${url.search}${url.hash}`
  return url.origin === origin && !path.startsWith('//') ? path : undefined
}
