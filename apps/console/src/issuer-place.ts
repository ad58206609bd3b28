const here = import.meta.url

/** `<issuer>/console/`: where this file came from. The build puts all scripts into one folder there, and an issuer may have a path. */
export const consoleUrl: URL = new URL('../', here)

/** The issuer's own URL with a slash at its end; its metadata say how it spells itself. */
const issuerFolder = new URL('../', consoleUrl)

/** What the console needs of the issuer's metadata. @see RFC 8414 §2 */
export interface IssuerMetadata {
  readonly issuer: string
  readonly authorization_endpoint: string
  readonly token_endpoint: string
  readonly userinfo_endpoint: string
  readonly revocation_endpoint: string
  readonly jwks_uri: string
}

/** Reads the metadata of the issuer that serves this page. @throws Error with a sentence for the person. */
export async function readIssuerMetadata(signal?: AbortSignal): Promise<IssuerMetadata> {
  const url = new URL('.well-known/openid-configuration', issuerFolder)
  const response = await fetch(url, { ...(signal && { signal }) }).catch(() => undefined)
  if (!response?.ok) throw new Error('The server could not be reached.')
  return (await response.json()) as IssuerMetadata
}

/** Whether this page was opened at the address that the issuer names itself by: only there can anybody sign in. */
export function isAtIssuer({ issuer }: IssuerMetadata): boolean {
  return `${issuer.replace(/\/$/, '')}/console/` === consoleUrl.href
}
