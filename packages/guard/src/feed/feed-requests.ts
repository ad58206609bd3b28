import { parseJsonObject } from '../jws/parse-json-object.ts'
import { readBounded } from '../keys/read-bounded.ts'
import type { FeedCredential } from './feed-to-follow.ts'

const timeoutMs = 5_000
const snapshotTimeoutMs = 60_000
const maxLogBytes = 4 * 1024 * 1024
const maxProofBytes = 16_384
const maxSnapshotBytes = 256 * 1024 * 1024

/** The server has answered, and not with success. */
export class AnsweredError extends Error {
  readonly status: number

  constructor(url: string, status: number) {
    super(`${url} answered ${status}`)
    this.status = status
  }
}

/** What is asked of the stream or the log. */
export interface FeedQuestion {
  readonly after: number
  readonly waitSeconds?: number | undefined
  readonly nonce: string | undefined
}

function renderQuestion({ after, waitSeconds, nonce }: FeedQuestion): string {
  const wait = waitSeconds === undefined ? '' : `&wait=${waitSeconds}`
  return `after=${after}${wait}${nonce === undefined ? '' : `&nonce=${nonce}`}`
}

/**
 * The feed's requests, bounded in time and size and without redirects, with client authentication where there is a credential (RFC 6749
 * §2.3.1). They reject with a sentence.
 */
export class FeedRequests {
  readonly #fetch: typeof globalThis.fetch
  readonly #signal: AbortSignal
  readonly #authorization: { readonly authorization?: string }

  constructor(fetch: typeof globalThis.fetch, signal: AbortSignal, credential: FeedCredential | undefined) {
    this.#fetch = fetch
    this.#signal = signal
    this.#authorization = credential ? { authorization: renderBasic(credential) } : {}
  }

  /** The stream's answer, of any status. */
  openStream(url: string, asked: FeedQuestion, signal: AbortSignal): Promise<Response> {
    return this.#fetch(`${url}?${renderQuestion(asked)}`, {
      headers: { accept: 'text/event-stream', ...this.#authorization },
      redirect: 'error',
      signal: AbortSignal.any([this.#signal, signal]),
    })
  }

  /** The lines of the log; undefined when the server can't tell what came after (410). */
  async readLog(url: string, asked: FeedQuestion): Promise<readonly string[] | undefined> {
    const limitMs = timeoutMs + (asked.waitSeconds ?? 0) * 1000
    const bytes = await this.#readBytes(`${url}/log?${renderQuestion(asked)}`, limitMs, maxLogBytes)
    return bytes?.toString('utf8').split('\n').filter(Boolean)
  }

  async readSnapshot(url: string): Promise<Buffer> {
    const bytes = await this.#readBytes(`${url}/snapshot`, snapshotTimeoutMs, maxSnapshotBytes)
    if (bytes === undefined) throw new Error(`${url}/snapshot answered 410`)
    return bytes
  }

  /** The hashes that prove one size of the audit log's tree from another; undefined when the log has not come so far, by the server's word. */
  async readProof(url: string, from: number, to: number): Promise<readonly Buffer[] | undefined> {
    const response = await this.#fetch(new URL(`audit/consistency?from=${from}&to=${to}`, url), {
      redirect: 'error',
      signal: this.#limit(timeoutMs),
    })
    const bytes = await readBounded(response.body, maxProofBytes)
    const { hashes, code } = (bytes && parseJsonObject(bytes)) ?? {}
    // As texts, whatever they are: of an object with a length, Buffer would make as many bytes as that says.
    if (response.status === 200 && Array.isArray(hashes))
      return hashes.map((hash) => Buffer.from(String(hash), 'base64'))
    if (code === 'beyond_tree') return undefined
    throw new Error(`the audit log answered ${response.status}`)
  }

  async post(
    url: string,
    type: 'application/json' | 'application/x-www-form-urlencoded',
    body: string,
  ): Promise<Response> {
    const response = await this.#fetch(url, {
      method: 'POST',
      headers: { 'content-type': type, accept: 'application/json', ...this.#authorization },
      body,
      redirect: 'error',
      signal: this.#limit(timeoutMs),
    })
    if (response.ok) return response
    await response.body?.cancel()
    throw new AnsweredError(url, response.status)
  }

  async #readBytes(url: string, limitMs: number, maxBytes: number): Promise<Buffer | undefined> {
    const response = await this.#fetch(url, {
      headers: { accept: 'application/jsonl', ...this.#authorization },
      redirect: 'error',
      signal: this.#limit(limitMs),
    })
    if (response.status !== 200) await response.body?.cancel()
    if (response.status === 410) return undefined
    if (response.status !== 200) throw new Error(`${url} answered ${response.status}`)
    const bytes = await readBounded(response.body, maxBytes)
    if (bytes === undefined) throw new Error(`${url} answered too much`)
    return bytes
  }

  #limit(milliseconds: number): AbortSignal {
    return AbortSignal.any([this.#signal, AbortSignal.timeout(milliseconds)])
  }
}

/** RFC 6749 §2.3.1: both are form-encoded before they are joined. */
function renderBasic({ clientId, clientSecret }: FeedCredential): string {
  return `Basic ${Buffer.from(`${encodeForm(clientId)}:${encodeForm(clientSecret)}`).toString('base64')}`
}

function encodeForm(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1)
}
