import { isLoopbackHost } from '../http/is-loopback-host.ts'

/** Where mails are handed over, and how. */
export interface SmtpServer {
  readonly host: string
  readonly port: number
  /**
   * `tls`: from the first byte (RFC 8314 §3.3). `starttls`: after asking for it, or not at all (RFC 3207). `if_offered`: an operator has
   * allowed to go without. `none`: the server is on this machine.
   */
  readonly encryption: 'tls' | 'starttls' | 'if_offered' | 'none'
  readonly credentials: { readonly user: string; readonly password: string } | undefined
}

export type ParsedSmtpUrl =
  | { readonly ok: true; readonly server: SmtpServer }
  /** A part of a sentence, which never repeats the URL: it may hold a password. */
  | { readonly ok: false; readonly what: string }

const UNENCRYPTED = 'allowUnencryptedConnection'
const DEFAULT_PORTS = { 'smtp:': 587, 'smtps:': 465 } as const

/** Reads `smtp://user:password@host:port` or `smtps://…`. User and password are percent-encoded. @see RFC 8314 §3 */
export function parseSmtpUrl(text: string): ParsedSmtpUrl {
  if (!URL.canParse(text)) return wrong('must be a URL')
  const url = new URL(text)
  const { protocol } = url
  if (protocol !== 'smtp:' && protocol !== 'smtps:') return wrong('must begin with smtp:// or smtps://')
  // Brackets are the URL's, not the address's.
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  if (!/^[a-z0-9._:-]+$/i.test(host)) return wrong('must name a host')
  if (url.pathname.length > 1 || url.hash !== '') return wrong('must have no path and no fragment')
  const options = [...url.searchParams]
  const [option, value] = options[0] ?? []
  if (options.length > 1 || (option !== undefined && (option !== UNENCRYPTED || value !== 'yes')))
    return wrong(`takes no other option than ${UNENCRYPTED}=yes`)
  const credentials = parseCredentials(url)
  if (!credentials.ok) return credentials
  const encryption = protocol === 'smtps:' ? 'tls' : encryptionOf(host, option !== undefined)
  const port = url.port === '' ? DEFAULT_PORTS[protocol] : Number(url.port)
  return { ok: true, server: { host, port, encryption, credentials: credentials.credentials } }
}

function encryptionOf(host: string, isUnencryptedAllowed: boolean): SmtpServer['encryption'] {
  if (isLoopbackHost(host)) return 'none'
  return isUnencryptedAllowed ? 'if_offered' : 'starttls'
}

function parseCredentials(
  url: URL,
):
  | { readonly ok: true; readonly credentials: SmtpServer['credentials'] }
  | { readonly ok: false; readonly what: string } {
  if (url.username === '' && url.password === '') return { ok: true, credentials: undefined }
  try {
    const user = decodeURIComponent(url.username)
    const password = decodeURIComponent(url.password)
    if (user === '' || password === '') return wrong('must hold both a user and a password, or neither')
    return { ok: true, credentials: { user, password } }
  } catch {
    return wrong('must have its user and password percent-encoded')
  }
}

function wrong(what: string): { readonly ok: false; readonly what: string } {
  return { ok: false, what }
}
