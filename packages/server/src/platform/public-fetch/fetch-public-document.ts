import type { IncomingMessage } from 'node:http'
import { PublicFetchError } from './lookup-allowed.ts'
import { type SendOptions, sendRequest } from './send-request.ts'

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

export interface PublicFetchOptions extends SendOptions, DocumentLimits {}

/** What draft-ietf-oauth-client-id-metadata-document-02 §6.6 recommends. */
const LONGEST_BODY = 5 * 1024

/**
 * Reads a JSON document at an https URL that a stranger gave.
 *
 * @throws PublicFetchError for a special-use address, another status than 200, another type than JSON, a longer body, or no answer in time.
 */
export async function fetchPublicDocument(url: URL, options: PublicFetchOptions = {}): Promise<PublicDocument> {
  const headers = { accept: 'application/json', 'accept-encoding': 'identity', 'user-agent': 'Ostiary' }
  return sendRequest(url, { method: 'GET', headers }, options, async (response) => {
    checkHead(response)
    return {
      body: await readBody(response, options.longestBodyBytes ?? LONGEST_BODY),
      cacheControl: response.headers['cache-control'] ?? '',
    }
  })
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
