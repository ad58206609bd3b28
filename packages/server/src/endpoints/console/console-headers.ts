import { documentHeaders } from '../../platform/html/page-headers.ts'

/**
 * The headers of the console's page. Its scripts and styles are files of ours; Mantine adds style elements, which have the nonce.
 *
 * @see CSP Level 3 §2.3.1
 */
export function consoleHeaders(nonce: string): Readonly<Record<string, string>> {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "connect-src 'self'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ')
  // Asked for each time, since it names the files of this build; they are kept for ever.
  return { ...documentHeaders, 'cache-control': 'no-cache', 'content-security-policy': policy }
}
