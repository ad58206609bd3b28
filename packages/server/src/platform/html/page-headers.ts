import { stylesheetOf } from './stylesheet.ts'
import type { Theme } from './theme.ts'

/** What goes with every document for people, whatever its policy of content is. */
export const documentHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  // Not no-referrer: with it browsers send "Origin: null" with our own forms (Fetch §3.2), and their check needs the origin.
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()',
} as const

/**
 * The headers of every page, frozen: its type, its content security policy, and no storing, sniffing or framing.
 *
 * @param formTargets absolute URLs that answering the page's form may redirect to, beside this origin: browsers check
 *   redirects against `form-action` as well. Of each only the origin (or an app's own scheme) is allowed. Absent: none.
 * @param scriptSource the hash of the only script that the page has, as the policy writes it. Absent: none runs.
 * @throws {TypeError} when a form target is no absolute URL
 */
export function pageHeaders(
  theme: Theme,
  formTargets: readonly string[] = [],
  scriptSource?: string,
): Readonly<Record<string, string>> {
  const policy = contentSecurityPolicy(theme, formTargets)
  const script = scriptSource === undefined ? '' : `; script-src ${scriptSource}`
  return Object.freeze({ ...documentHeaders, 'content-security-policy': `${policy}${script}` })
}

/** @see CSP Level 3 */
export function contentSecurityPolicy(theme: Theme, formTargets: readonly string[] = []): string {
  return [
    "default-src 'none'",
    `style-src ${stylesheetOf(theme).hashSource}`,
    "img-src 'self' data:",
    ['form-action', "'self'", ...new Set(formTargets.map(sourceOf))].join(' '),
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ')
}

// Built from a parsed URL, so that nothing in it can add a directive. An app's own scheme has no origin: "com.example.app:".
function sourceOf(target: string): string {
  const { origin, protocol, hostname } = new URL(target)
  if (origin === 'null') return protocol
  // CSP3 §2.3.1: no source has the address of an IPv6 host. Browsers drop one that does, and would stop whoever goes there: so any host at that port.
  return hostname.startsWith('[') ? origin.replace(hostname, '*') : origin
}
