import { lookup as lookUp } from 'node:dns'
import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { isPublicAddress } from './is-public-address.ts'
import { lookupAllowed, PublicFetchError } from './lookup-allowed.ts'

export interface PostFormOptions {
  /** Default: `isPublicAddress`. */
  readonly isAllowed?: (address: string) => boolean
  /** Default 5 s, from the look-up to the answer's head. */
  readonly limitMilliseconds?: number
}

const LONGEST_HEADERS = 8 * 1024
const LIMIT_MS = 5000

/**
 * Posts a form and gives the status of the answer, whatever it is; its body is not read and a redirect not followed.
 *
 * @throws PublicFetchError for an address that is not allowed, and when no answer comes.
 */
export async function postForm(
  url: URL,
  form: Readonly<Record<string, string>>,
  { isAllowed = isPublicAddress, limitMilliseconds = LIMIT_MS }: PostFormOptions = {},
): Promise<number> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (isIP(host) !== 0 && !isAllowed(host)) throw new PublicFetchError(`${host} is a special-use address`)
  const body = new URLSearchParams(form).toString()
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': Buffer.byteLength(body),
    'user-agent': 'Ostiary',
  }
  const lookup = lookupAllowed(lookUp as LookupFunction, isAllowed)
  const signal = AbortSignal.timeout(limitMilliseconds)
  const request = url.protocol === 'http:' ? requestHttp : requestHttps
  const options = { method: 'POST', headers, signal, lookup, agent: false, maxHeaderSize: LONGEST_HEADERS } as const
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      request(url, options).on('response', resolve).on('error', reject).end(body)
    })
    response.destroy()
    return response.statusCode ?? 0
  } catch (error) {
    if (error instanceof PublicFetchError) throw error
    throw new PublicFetchError(signal.aborted ? 'no answer in time' : String(error), { cause: error })
  }
}
