import { lookup as lookUp } from 'node:dns'
import { type IncomingMessage, type OutgoingHttpHeaders, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { inSpan } from '../tracing/in-span.ts'
import { isPublicAddress } from './is-public-address.ts'
import { lookupAllowed, PublicFetchError } from './lookup-allowed.ts'

export interface SendOptions {
  /** Default: `isPublicAddress`. */
  readonly isAllowed?: (address: string) => boolean
  /** How names are resolved. Default: as this machine does. */
  readonly lookup?: LookupFunction
  /** Certificates that are trusted instead of Node's own, in PEM. */
  readonly ca?: string
  /** Default 5 s, from the look-up to the last byte. */
  readonly limitMilliseconds?: number
}

export interface SentRequest {
  readonly method: 'GET' | 'POST'
  readonly headers: OutgoingHttpHeaders
  readonly body?: string
}

const LONGEST_HEADERS = 8 * 1024
const LIMIT_MS = 5000

/**
 * Sends a request to an address that is allowed, and to the very one that was checked, and reads its answer within the time limit. A redirect is
 * an answer like any other.
 *
 * @throws PublicFetchError for an address that is not allowed, and when no answer comes in time.
 */
export function sendRequest<T>(
  url: URL,
  sent: SentRequest,
  options: SendOptions,
  read: (response: IncomingMessage) => T | Promise<T>,
): Promise<T> {
  // Of the URL only its host: paths and queries of strangers may hold secrets.
  const attributes = { 'http.request.method': sent.method, 'server.address': url.hostname }
  return inSpan({ name: sent.method, isOutgoing: true, beginsTrace: true, attributes }, (describe) =>
    sendChecked(url, sent, options, (response) => {
      describe({ 'http.response.status_code': response.statusCode ?? 0 })
      return read(response)
    }),
  )
}

async function sendChecked<T>(
  url: URL,
  sent: SentRequest,
  { isAllowed = isPublicAddress, lookup = lookUp as LookupFunction, ca, limitMilliseconds = LIMIT_MS }: SendOptions,
  read: (response: IncomingMessage) => T | Promise<T>,
): Promise<T> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  // Node resolves no literal address, so the look-up below would not see it.
  if (isIP(host) !== 0 && !isAllowed(host)) throw new PublicFetchError(`${host} is a special-use address`)
  const signal = AbortSignal.timeout(limitMilliseconds)
  const { method, headers, body } = sent
  const common = { method, headers, signal, agent: false, maxHeaderSize: LONGEST_HEADERS } as const
  const options = { ...common, lookup: lookupAllowed(lookup, isAllowed), ...(ca !== undefined && { ca }) }
  try {
    return await read(
      await new Promise<IncomingMessage>((resolve, reject) => {
        const request = url.protocol === 'http:' ? requestHttp(url, options) : requestHttps(url, options)
        request.on('response', resolve).on('error', reject)
        // A switch of protocols is neither of them, and after it the signal ends nothing any more.
        request.on('upgrade', (_, socket) => {
          socket.destroy()
          reject(new PublicFetchError('the protocol was to be switched'))
        })
        request.on('close', () => reject(new PublicFetchError('the connection was closed before an answer')))
        request.end(body)
      }),
    )
  } catch (error) {
    if (error instanceof PublicFetchError) throw error
    throw new PublicFetchError(signal.aborted ? 'no answer in time' : String(error), { cause: error })
  }
}
