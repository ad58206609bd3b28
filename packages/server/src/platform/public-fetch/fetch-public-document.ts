import { lookup as lookUp } from 'node:dns'
import type { IncomingMessage } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { isPublicAddress } from './is-public-address.ts'
import { lookupAllowed, PublicFetchError } from './lookup-allowed.ts'

/** A document, as it came. */
export interface PublicDocument {
  readonly body: Buffer
  /** The field `Cache-Control`; empty when it did not come. */
  readonly cacheControl: string
}

export type FetchPublicDocument = (url: URL, limits?: DocumentLimits) => Promise<PublicDocument>

export interface DocumentLimits {
  /** Default 5 kB. */
  readonly longestBodyBytes?: number
}

export interface PublicFetchOptions extends DocumentLimits {
  /** Default: `isPublicAddress`. */
  readonly isAllowed?: (address: string) => boolean
  /** How names are resolved. Default: as this machine does. */
  readonly lookup?: LookupFunction
  /** Certificates that are trusted instead of Node's own, in PEM. */
  readonly ca?: string
  /** Default 5 s, from the look-up to the last byte. */
  readonly limitMilliseconds?: number
}

/** What draft-ietf-oauth-client-id-metadata-document-02 §6.6 recommends. */
const LONGEST_BODY = 5 * 1024
const LONGEST_HEADERS = 8 * 1024
const LIMIT_MS = 5000

/**
 * Reads a JSON document at an https URL that a stranger gave.
 *
 * @throws PublicFetchError for a special-use address, another status than 200, another type than JSON, a longer body, or no answer in time.
 */
export async function fetchPublicDocument(url: URL, options: PublicFetchOptions = {}): Promise<PublicDocument> {
  const { isAllowed = isPublicAddress, lookup = lookUp as LookupFunction, ca } = options
  const host = url.hostname.replace(/^\[|\]$/g, '')
  // Node resolves no literal address, so the look-up below would not see it.
  if (isIP(host) !== 0 && !isAllowed(host)) throw new PublicFetchError(`${host} is a special-use address`)
  const signal = AbortSignal.timeout(options.limitMilliseconds ?? LIMIT_MS)
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const headers = { accept: 'application/json', 'accept-encoding': 'identity', 'user-agent': 'Ostiary' }
      const tls = ca === undefined ? {} : { ca }
      const checked = lookupAllowed(lookup, isAllowed)
      requestHttps(url, { ...tls, headers, signal, agent: false, lookup: checked, maxHeaderSize: LONGEST_HEADERS })
        .on('response', resolve)
        .on('error', reject)
        .end()
    })
    checkHead(response)
    return {
      body: await readBody(response, options.longestBodyBytes ?? LONGEST_BODY),
      cacheControl: response.headers['cache-control'] ?? '',
    }
  } catch (error) {
    if (error instanceof PublicFetchError) throw error
    throw new PublicFetchError(signal.aborted ? 'no answer in time' : String(error), { cause: error })
  }
}

/** @throws PublicFetchError */
function checkHead(response: IncomingMessage): void {
  const { statusCode, headers } = response
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? ''
  const wrong = findFault(statusCode, type, headers['content-encoding'])
  if (wrong === undefined) return
  response.destroy()
  throw new PublicFetchError(wrong)
}

function findFault(status: number | undefined, type: string, encoding: string | undefined): string | undefined {
  if (status !== 200) return `the status is ${status}`
  if (!/^application\/(json|[\w.!#$&^-]+\+json)$/.test(type)) return `the type is ${type.slice(0, 100)}`
  return encoding === undefined || encoding === 'identity' ? undefined : 'the body is encoded'
}

/** @throws PublicFetchError */
async function readBody(response: IncomingMessage, longestBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response) {
    length += chunk.length
    if (length > longestBytes) throw new PublicFetchError(`the body is longer than ${longestBytes} bytes`)
    chunks.push(chunk)
  }
  if (!response.complete) throw new PublicFetchError('the body was cut')
  return Buffer.concat(chunks)
}
