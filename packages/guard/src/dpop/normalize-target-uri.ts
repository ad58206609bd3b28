/**
 * Brings a URL to the form in which `htu` is compared: without query and fragment, the scheme and host in lower case, without the
 * scheme's own port and dot segments, and with each character encoded in one way. Undefined for what is no http(s) URL.
 *
 * @see RFC 9449 §4.3, RFC 3986 §6.2.2, §6.2.3
 */
export function normalizeTargetUri(text: string): string | undefined {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') return undefined
  // A percent sign by itself is encoded first, or what stands behind it would become another octet.
  return url.origin + url.pathname.replace(strayPercent, '%25').replace(encodedOctet, normalizeOctet)
}

const strayPercent = /%(?![0-9a-f]{2})/gi
const encodedOctet = /%[0-9a-f]{2}/gi
const unreserved = /[\w.~-]/

// RFC 3986 §6.2.2.1 and §6.2.2.2: upper-case digits, and none for what needs no encoding.
function normalizeOctet(octet: string): string {
  const character = String.fromCharCode(Number.parseInt(octet.slice(1), 16))
  return unreserved.test(character) ? character : octet.toUpperCase()
}
