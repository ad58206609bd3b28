import { type JsonObject, parseJsonObject } from '../jws/parse-json-object.ts'
import { readBounded } from './read-bounded.ts'

/** How documents are fetched. */
export interface Fetching {
  readonly fetch: typeof globalThis.fetch
  /** Ends every fetch when the guard is closed. */
  readonly signal: AbortSignal
}

export interface FetchedJson {
  /** Undefined when it hasn't changed since the ETag that was sent. */
  readonly document: JsonObject | undefined
  readonly etag: string | undefined
  /** How long it may be used without asking again; undefined when the answer doesn't say. */
  readonly maxAgeSeconds: number | undefined
}

const timeoutMilliseconds = 5_000
const maxBytes = 256 * 1024

/** Fetches one JSON object, within bounds of time and size and without following redirects. Rejects with a sentence. */
export async function fetchJson(url: string, { fetch, signal }: Fetching, etag?: string): Promise<FetchedJson> {
  const response = await fetch(url, {
    headers: { accept: 'application/json', ...(etag === undefined ? undefined : { 'if-none-match': etag }) },
    // RFC 8725bis: where keys come from is configured, and nobody on the way may change it.
    redirect: 'error',
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMilliseconds)]),
  })
  const { status, headers } = response
  const isUnchanged = status === 304 && etag !== undefined
  const bytes = await readBounded(response.body, maxBytes)
  if (bytes === undefined) throw new Error(`${url} answered too much`)
  const document = isUnchanged ? undefined : parseJsonObject(bytes)
  if (!isUnchanged && (status !== 200 || document === undefined)) {
    throw new Error(`${url} answered ${status} and ${document === undefined ? 'no ' : ''}JSON object`)
  }
  return {
    document,
    etag: headers.get('etag') ?? undefined,
    maxAgeSeconds: readMaxAge(headers.get('cache-control') ?? ''),
  }
}

// RFC 9111 §5.2.2.
function readMaxAge(cacheControl: string): number | undefined {
  if (/\bno-(store|cache)\b/i.test(cacheControl)) return 0
  const maxAge = /\bmax-age="?(\d{1,9})/i.exec(cacheControl)?.[1]
  return maxAge === undefined ? undefined : Number(maxAge)
}
